/** What is thrown: a real Error with a stable code and place, and everything as it was before. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventLog, JobfoldError, JobsView, dashboard_job_event, dashboard_job_validate } from 'jobfold';
import { JobfoldError as OfTheWorker } from 'jobfold/worker';

import { sampleEvents, sampleLines, thrownBy } from './sample.mjs';

test('a refusal is an Error with code and path', () => {
  const error = thrownBy(() => dashboard_job_event('run.started', { job_id: 'a', source_timestamp: 't' }));
  assert.ok(error instanceof Error);
  assert.ok(error instanceof JobfoldError);
  assert.ok(error instanceof OfTheWorker, 'also by the class of another entry');
  assert.equal(error.name, 'JobfoldError');
  assert.equal(error.code, 'run_id_required');
  assert.equal(error.status, null);
  assert.ok(!(new Error('x') instanceof JobfoldError));
  assert.ok(!(null instanceof JobfoldError));
  assert.match(String(error.stack), /error\.test\.mjs/);
});

test('a refused batch leaves the view untouched and says where', () => {
  const view = disposable(new JobsView({ history: true }));
  view.push(sampleLines());
  const before = [view.head, view.position, view.length, view.digest(), view.cardsJson()];
  const [good] = sampleEvents();
  const fresh = { ...good, dedupe_key: 'fresh', job_id: 'fresh' };
  const lines = `${JSON.stringify(fresh)}\n${JSON.stringify({ ...fresh, dedupe_key: 'b', status: ' ' })}\n`;
  const error = thrownBy(() => view.push(lines));
  assert.deepEqual([error.code, error.item, error.offset], ['status_blank', 2, JSON.stringify(fresh).length + 1]);
  assert.deepEqual([view.head, view.position, view.length, view.digest(), view.cardsJson()], before);
  assert.equal(view.find('fresh'), null);
});

test('offsets count bytes, not characters', () => {
  const view = disposable(new JobsView());
  const [good] = sampleEvents();
  const first = JSON.stringify({ ...good, title: 'Zürich ☂ 𝄞' });
  const error = thrownBy(() => view.push(`${first}\n{"x":`));
  assert.equal(error.code, 'json_invalid');
  assert.equal(error.offset, Buffer.byteLength(first) + 1 + '{"x":'.length);
});

test('no payload and no value shows in a message', () => {
  const secret = 'hunter2-hunter2';
  const [good] = sampleEvents();
  for (const bad of [
    { ...good, title: { secret } },
    { ...good, raw_payload: secret },
    { ...good, kind: secret, id: 7 },
  ]) {
    const error = thrownBy(() => dashboard_job_validate(bad));
    assert.ok(!error.message.includes(secret), error.code);
  }
});

test('what JSON cannot carry is refused by name', () => {
  const round = {};
  round.round = round;
  for (const input of [round, { job_id: 1n }]) {
    const error = thrownBy(() => dashboard_job_event('run.started', input));
    assert.deepEqual([error.code, error.path], ['arguments_invalid', 'input']);
  }
  assert.equal(thrownBy(() => new JobsView().query(7)).code, 'arguments_invalid');
  assert.equal(thrownBy(() => new EventLog().importNdjson({})).code, 'arguments_invalid');
});

test('a freed handle says so, and freeing twice is harmless', () => {
  const view = new JobsView();
  view.free();
  view.free();
  assert.equal(thrownBy(() => view.head).code, 'E_FREED');
  const log = new EventLog();
  log.free();
  log.free();
  assert.equal(thrownBy(() => log.length).code, 'E_FREED');
});

/** Node 20 has no `using`; the handles have what it needs. */
function disposable(handle) {
  assert.equal(handle[Symbol.dispose], handle.free);
  return handle;
}
