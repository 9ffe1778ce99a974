/**
 * Events of a log to a daemon and back, and the log itself to a file and back.
 *
 * Owns pages, limits of time and size, and what is told to the caller about a refusal. Payloads travel as the exact
 * text they are stored as. A token goes into the request's header and nowhere else.
 */
import { JobfoldError } from './error.js';

const TOPIC = 'dashboard.jobs.events';
const BATCH_MAX = 500;
const TIMEOUT_MS = 30_000;
/** Several times a page of the daemon; one that sends more is not one of ours. */
const ANSWER_BYTES_MAX = 64 << 20;
/** The daemon's own header about a record; the receiving log would refuse it. */
const RESERVED_HEADER = 'jobfold.idempotency_key';

export async function push(log, target, options = {}) {
  if (target.file !== undefined) return pushToFile(log, target.file);
  const report = { sent: 0, accepted: 0, duplicates: 0 };
  const records = log.records(options.topic ?? TOPIC);
  const size = batchOf(options);
  for (let from = 0; from < records.length; from += size) {
    const payloads = records.slice(from, from + size).map(({ payload }) => payload);
    const body = `[${payloads.join(',')}]`;
    const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
    const items = listIn(await ask(target, '/v1/events', request, options));
    report.sent += payloads.length;
    report.duplicates += items.filter(({ duplicate }) => duplicate).length;
    report.accepted = report.sent - report.duplicates;
  }
  return report;
}

export async function pull(log, source, options = {}) {
  if (source.file !== undefined) return pullFromFile(log, source.file);
  const report = { received: 0, appended: 0, duplicates: 0 };
  const topic = options.topic ?? TOPIC;
  const seen = new Set(log.records(topic).map(keyOf));
  const query = new URLSearchParams({ topic, limit: batchOf(options) });
  for (let cursor = ''; cursor !== null;) {
    if (cursor !== '') query.set('cursor', cursor);
    const page = await ask(source, `/v1/events?${query}`, { method: 'GET' }, options);
    for (const record of listIn(page)) {
      report.received += 1;
      if (takeIn(log, record, seen)) report.appended += 1;
    }
    if (page.next_cursor === cursor) throw badAnswer('the same page follows itself');
    cursor = page.next_cursor ?? null;
  }
  report.duplicates = report.received - report.appended;
  return report;
}

function takeIn(log, record, seen) {
  const key = keyOf(record);
  if (seen.has(key)) return false;
  const { [RESERVED_HEADER]: _, ...headers } = record.headers;
  log.appendJson(record.topic, record.kind, record.payload, headers);
  seen.add(key);
  return true;
}

/** What tells duplicates: the event's own key, or the whole payload if it is something else. */
function keyOf({ payload }) {
  return JSON.parse(payload)?.dedupe_key ?? payload;
}

const batchOf = ({ batch_max = BATCH_MAX }) => Math.max(1, Math.min(batch_max, BATCH_MAX));

// --- The daemon -----------------------------------------------------------------------------------------------------

async function ask({ url, token, fetch: doFetch = fetch }, path, request, { timeout_ms = TIMEOUT_MS, signal }) {
  const headers = { accept: 'application/json', ...request.headers };
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  const stop = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    stop.abort();
  }, timeout_ms);
  const forward = () => stop.abort();
  if (signal?.aborted) forward();
  signal?.addEventListener('abort', forward);
  try {
    const address = String(url.href ?? url).replace(/\/+$/, '') + path;
    const response = await doFetch(address, { ...request, headers, signal: stop.signal, credentials: 'omit' });
    const answer = await read(response);
    if (response.ok) return answer;
    throw refused(response.status, answer);
  } catch (error) {
    if (error instanceof JobfoldError) throw error;
    if (late) throw new JobfoldError('E_TIMEOUT', `the daemon did not answer within ${timeout_ms} ms`);
    if (signal?.aborted) throw error;
    throw new JobfoldError('E_UNREACHABLE', 'the daemon could not be reached', { cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener?.('abort', forward);
  }
}

async function read(response) {
  const text = new TextDecoder().decode(await bodyOf(response));
  try {
    return JSON.parse(text);
  } catch {
    if (!response.ok) return {};
    throw badAnswer('it is not JSON');
  }
}

/** Piece by piece, so that an endless answer ends here. */
async function bodyOf(response) {
  const pieces = [];
  let bytes = 0;
  const take = (piece) => {
    bytes += piece.byteLength;
    if (bytes > ANSWER_BYTES_MAX) throw badAnswer(`it has more than ${ANSWER_BYTES_MAX} bytes`);
    pieces.push(piece);
  };
  const reader = response.body?.getReader?.();
  if (reader === undefined) {
    take(new Uint8Array(await response.arrayBuffer()));
  } else {
    for (let next = await reader.read(); !next.done; next = await reader.read()) take(next.value);
  }
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}

function listIn(answer) {
  if (Array.isArray(answer?.items)) return answer.items;
  throw badAnswer('it has no list of items');
}

const badAnswer = (why) => new JobfoldError('E_BAD_ANSWER', `the answer is none of a Jobfold daemon: ${why}`);

/** A problem document: its first fault names event and member. */
function refused(status, { code, detail, errors }) {
  const fault = errors?.[0];
  const why = [code, detail].filter(Boolean).join(': ');
  const message = `the daemon refused with HTTP status ${status}${why === '' ? '' : ` (${why})`}`;
  const place = { path: fault?.pointer ?? '', item: fault?.item ?? null, offset: fault?.offset ?? null };
  return new JobfoldError('E_REFUSED', message, { status, ...place });
}

// --- A file ---------------------------------------------------------------------------------------------------------

/** Written beside its place first, so that a reader never meets half a log. */
async function pushToFile(log, file) {
  const { rename, writeFile } = files();
  const path = pathOf(file);
  await guarded('written', async () => {
    await writeFile(`${path}.part`, log.exportNdjson());
    await rename(`${path}.part`, path);
  });
  return { sent: log.length, accepted: log.length, duplicates: 0 };
}

async function pullFromFile(log, file) {
  const bytes = await guarded('read', () => files().readFile(pathOf(file)));
  const received = bytes.reduce((lines, byte) => lines + (byte === 10 ? 1 : 0), 0);
  const appended = log.importNdjson(bytes);
  return { received, appended, duplicates: received - appended };
}

/** Asked of the process, not imported: bundlers for the browser need not know that Node exists. */
function files() {
  const fs = globalThis.process?.getBuiltinModule?.('node:fs');
  if (fs === undefined)
    throw new JobfoldError('E_UNSUPPORTED', 'there are no files here: pass a daemon, or use exportNdjson');
  return fs.promises;
}

function pathOf(file) {
  return typeof file === 'string' ? file : globalThis.process.getBuiltinModule('node:url').fileURLToPath(file.href);
}

async function guarded(verb, work) {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof JobfoldError) throw cause;
    throw new JobfoldError('E_FILE', `the file could not be ${verb}: ${cause.code ?? 'unknown reason'}`, { cause });
  }
}
