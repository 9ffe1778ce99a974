/** `EventLog.push` and `pull`: pages, refusals, limits of time and size; against a daemon of a few lines, and files. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { EventLog, dashboard_jobs_view } from 'jobfold';

import { rejectionOf, sampleEvents } from './sample.mjs';

const TOKEN = 'a-token-for-this-test';
const scratch = mkdtempSync(join(tmpdir(), 'jobfold-transfer-'));
const servers = [];
after(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(scratch, { recursive: true, force: true });
});

/** Serves `answer(request, body)`, which gives `[status, body]`, on a loopback port. */
async function serve(answer) {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const [status, text] = await answer(request, body);
    response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  });
  servers.push(server);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, token: TOKEN };
}

/** Stores like a daemon: once per dedupe key, whole records in pages. */
function daemon() {
  const log = new EventLog({ now: () => 5 });
  const requests = [];
  const store = (text) => {
    const event = JSON.parse(text);
    const known = log.records().some((record) => JSON.parse(record.payload).dedupe_key === event.dedupe_key);
    if (!known) log.appendJson('dashboard.jobs.events', 'dashboard_job_event', text, { job_id: event.job_id });
    return { duplicate: known };
  };
  const answer = (request, body) => {
    requests.push(request);
    if (request.headers.authorization !== `Bearer ${TOKEN}`)
      return [401, '{"code":"token_required","detail":"no token"}'];
    if (request.method === 'POST') {
      return [
        200,
        JSON.stringify({ items: JSON.parse(body).map((event) => store(JSON.stringify(event))), as_of_seq: log.length }),
      ];
    }
    const query = new URL(request.url, 'http://localhost').searchParams;
    const from = Number(query.get('cursor') ?? 0);
    const to = from + Number(query.get('limit'));
    const items = log.records(query.get('topic')).slice(from, to);
    return [200, JSON.stringify({ items, next_cursor: to < log.length ? String(to) : null, as_of_seq: log.length })];
  };
  return { log, requests, answer };
}

function filled() {
  const log = new EventLog();
  dashboard_jobs_view(sampleEvents(), { emit: true, log });
  return log;
}

test('events go to a daemon in batches, and again without harm', async () => {
  const { log, requests, answer } = daemon();
  const target = await serve(answer);
  const mine = filled();
  assert.deepEqual(await mine.push(target, { batch_max: 4 }), { sent: 6, accepted: 6, duplicates: 0 });
  assert.equal(requests.length, 2);
  assert.equal(requests[0].url, '/v1/events');
  assert.deepEqual(await mine.push(target), { sent: 6, accepted: 0, duplicates: 6 });
  assert.deepEqual(
    log.records().map(({ payload }) => JSON.parse(payload)),
    sampleEvents(),
  );
});

test('events come from a daemon page by page, to the byte, and only once', async () => {
  const { log, requests, answer } = daemon();
  const source = await serve(answer);
  await filled().push(source);
  requests.length = 0;
  const copy = new EventLog();
  assert.deepEqual(await copy.pull(source, { batch_max: 4 }), { received: 6, appended: 6, duplicates: 0 });
  assert.equal(requests.length, 2);
  assert.deepEqual(
    copy.records().map(({ payload }) => payload),
    log.records().map(({ payload }) => payload),
  );
  assert.deepEqual(await copy.pull(source), { received: 6, appended: 0, duplicates: 6 });
  const mine = filled();
  assert.deepEqual(
    await mine.pull(source),
    { received: 6, appended: 0, duplicates: 6 },
    'what was emitted here is known',
  );
});

test('a refusal is coded and shows no token', async () => {
  const { answer } = daemon();
  const { url } = await serve(answer);
  const error = await rejectionOf(filled().push({ url, token: 'wrong-secret' }));
  assert.deepEqual([error.code, error.status], ['E_REFUSED', 401]);
  assert.match(error.message, /token_required/);
  assert.doesNotMatch(`${error.message}${error.stack}`, /wrong-secret/);

  const problem = { code: 'shape', detail: 'no', errors: [{ code: 'shape', pointer: '/1/kind', item: 2, offset: 9 }] };
  const refusing = await serve(() => [422, JSON.stringify(problem)]);
  const refused = await rejectionOf(filled().push(refusing));
  assert.deepEqual([refused.path, refused.item, refused.offset], ['/1/kind', 2, 9]);
});

test('a daemon that is silent, gone or none is told apart', async () => {
  const silent = await serve(() => new Promise(() => {}));
  assert.equal((await rejectionOf(filled().push(silent, { timeout_ms: 20 }))).code, 'E_TIMEOUT');
  const gone = createServer();
  await new Promise((resolve) => gone.listen(0, '127.0.0.1', resolve));
  const { port } = gone.address();
  await new Promise((resolve) => gone.close(resolve));
  assert.equal((await rejectionOf(new EventLog().pull({ url: `http://127.0.0.1:${port}` }))).code, 'E_UNREACHABLE');
  const page = await serve(() => [200, '<!doctype html>']);
  assert.equal((await rejectionOf(new EventLog().pull(page))).code, 'E_BAD_ANSWER');
  const other = await serve(() => [200, '{"data":[]}']);
  assert.equal((await rejectionOf(new EventLog().pull(other))).code, 'E_BAD_ANSWER');
  const endless = await serve(() => [200, '{"items":[],"next_cursor":"a"}']);
  assert.equal((await rejectionOf(new EventLog().pull(endless))).code, 'E_BAD_ANSWER');
});

test('the caller may stop it', async () => {
  const silent = await serve(() => new Promise(() => {}));
  const stop = new AbortController();
  const transfer = filled().push(silent, { signal: stop.signal });
  stop.abort();
  assert.equal((await rejectionOf(transfer)).name, 'AbortError');
});

test('a log goes to a file and back', async () => {
  const file = join(scratch, 'log.ndjson');
  const log = filled();
  assert.deepEqual(await log.push({ file }), { sent: 6, accepted: 6, duplicates: 0 });
  const copy = new EventLog();
  assert.deepEqual(await copy.pull({ file: pathToFileURL(file) }), { received: 6, appended: 6, duplicates: 0 });
  assert.equal(copy.exportNdjson(), log.exportNdjson());
  assert.deepEqual(await copy.pull({ file }), { received: 6, appended: 0, duplicates: 6 });
});

test('a file that is not there, or no log, is told apart', async () => {
  const file = join(scratch, 'other.ndjson');
  const error = await rejectionOf(new EventLog().pull({ file }));
  assert.equal(error.code, 'E_FILE');
  assert.match(error.message, /ENOENT/);
  writeFileSync(file, 'no log\n');
  assert.equal((await rejectionOf(new EventLog().pull({ file }))).code, 'json_invalid');
});
