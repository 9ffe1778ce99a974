/** The contract's functions: object form and text form agree, numbers survive text, `emit` appends each time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as jobfold from 'jobfold';

import { sampleEvents, thrownBy } from './sample.mjs';

const INPUT = { job_id: 'digest', run_id: 'digest-1', source_timestamp: '2031-03-04T05:06:07Z' };

test('an event is built from objects and from text alike', () => {
  const event = jobfold.dashboard_job_event('run.started', INPUT, { title: 'Digest' });
  const text = jobfold.dashboard_job_event_json('"run.started"', JSON.stringify(INPUT), '{"title":"Digest"}');
  assert.deepEqual(JSON.parse(text), event);
  assert.equal(event.status, 'running');
  assert.equal(event.raw_payload.run_id, 'digest-1');
});

test('undefined, null and the text null are the same', () => {
  const input = { ...INPUT, kind: 'run.started' };
  const event = jobfold.dashboard_job_event(null, input, null);
  assert.deepEqual(jobfold.dashboard_job_event(undefined, input), event);
  assert.deepEqual(JSON.parse(jobfold.dashboard_job_event_json('null', JSON.stringify(input), 'null')), event);
  assert.equal(thrownBy(() => jobfold.dashboard_job_event('run.started')).path, 'input');
  assert.equal(thrownBy(() => jobfold.dashboard_job_event_json('"run.started"')).path, 'input');
});

test('text keeps numbers that JavaScript would change', () => {
  const input = '{"job_id":9007199254740993,"source_timestamp":"t","result":{"one":1.0,"big":18446744073709551617}}';
  const event = jobfold.dashboard_job_event_json('"custom"', input);
  assert.match(event, /"job_id":"9007199254740993"/);
  assert.match(event, /"one":1\.0,"big":18446744073709551617/);
  assert.equal(jobfold.dashboard_job_validate_json(event), event);
});

test('validation answers the very object and names the member it refuses', () => {
  const [event] = sampleEvents();
  assert.equal(jobfold.dashboard_job_validate(event), event);
  const error = thrownBy(() => jobfold.dashboard_job_validate({ ...event, source: { environment: 'local' } }));
  assert.deepEqual([error.code, error.path], ['shape', 'event.source.runtime']);
});

test('keys, duplicates and snapshots', () => {
  const events = sampleEvents();
  const { kind, job_id, run_id, source, source_clock, dedupe_key } = events[0];
  assert.equal(jobfold.dashboard_job_dedupe_key(kind, job_id, run_id, source_clock.timestamp, source.id), dedupe_key);
  assert.deepEqual(jobfold.dashboard_job_dedupe_events([...events, ...events]), events);
  const snapshot = jobfold.dashboard_jobs_snapshot(events, { generated_at: 'now' });
  assert.deepEqual(
    snapshot.jobs.map((card) => [card.job_id, card.status]),
    [
      ['digest', 'failed'],
      ['backup', 'succeeded'],
      ['refund', 'waiting_approval'],
    ],
  );
  assert.equal(snapshot.generated_at, 'now');
  assert.deepEqual(
    JSON.parse(jobfold.dashboard_jobs_snapshot_json(JSON.stringify(events), '{"generated_at":"now"}')),
    snapshot,
  );
});

test('emit appends on every call, to the log of the options or to the default one', () => {
  const events = sampleEvents();
  const log = new jobfold.EventLog({ now: () => 7 });
  const before = jobfold.default_log().length;
  const first = jobfold.dashboard_jobs_view([...events, events[0]], { emit: true, log });
  const second = jobfold.dashboard_jobs_view(events, { emit: true, log, topic: 'elsewhere' });
  assert.deepEqual(
    first.receipts.map((receipt) => receipt.event_log_id),
    [1, 2, 3, 4, 5, 6],
  );
  assert.deepEqual(
    second.receipts.map((receipt) => receipt.event_log_id),
    [1, 2, 3, 4, 5, 6],
  );
  assert.equal(log.length, 12);
  assert.equal(log.records('elsewhere')[0].at_ms, 7);
  assert.deepEqual(JSON.parse(log.records()[0].payload), events[0]);
  assert.equal(jobfold.default_log().length, before);

  const receipt = jobfold.dashboard_job_emit(events[0]);
  assert.equal(receipt.schema, 'harn.dashboard_job_event_emit_receipt.v1');
  assert.equal(jobfold.default_log().length, before + 1);
  jobfold.dashboard_job_emit_json(JSON.stringify(events[0]), null, log);
  assert.equal(log.length, 13);
});

test('without emit nothing is appended and the log may be anything that is absent', () => {
  const log = new jobfold.EventLog();
  assert.deepEqual(jobfold.dashboard_jobs_view(sampleEvents(), { log }).receipts, []);
  assert.deepEqual(jobfold.dashboard_jobs_view([], { log: null }).receipts, []);
  assert.equal(log.length, 0);
  assert.equal(thrownBy(() => jobfold.dashboard_jobs_view([], { log: {} })).path, 'options.log');
});

test('any function answers by its name', () => {
  const log = new jobfold.EventLog();
  const [event] = sampleEvents();
  jobfold.call_json('dashboard_job_emit', JSON.stringify([event]), log);
  const records = JSON.parse(jobfold.call_json('topic_records', '["dashboard.jobs.events"]', log));
  assert.deepEqual(records[0].payload, event);
  assert.equal(thrownBy(() => jobfold.call_json('no_such_function', '[]')).code, 'function_unknown');
  assert.equal(thrownBy(() => jobfold.call_json('dashboard_job_validate', '{}')).code, 'arguments_invalid');
});
