/** `EventLog` and `verify_log`: records chain, exports come back to the byte, damage is named. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventLog, verify_log } from 'jobfold';

import { thrownBy } from './sample.mjs';

function filled() {
  let now = 100;
  const log = new EventLog({ now: () => (now += 1) });
  log.append('jobs', 'note', { n: 1, text: 'Zürich ☂' });
  log.appendJson('jobs', 'note', '{ "n": 1.0, "big": 18446744073709551617 }', { origin: 'test' });
  log.append('other', 'note', null);
  return log;
}

test('records have places, payload text and headers', () => {
  const log = filled();
  assert.deepEqual(log.append('jobs', 'note', [1]), { seq: 4, topic_seq: 3 });
  const records = log.records('jobs');
  assert.deepEqual(
    records.map(({ seq, topic_seq, at_ms }) => [seq, topic_seq, at_ms]),
    [
      [1, 1, 101],
      [2, 2, 102],
      [4, 3, 104],
    ],
  );
  assert.equal(records[1].payload, '{ "n": 1.0, "big": 18446744073709551617 }');
  assert.deepEqual(records[1].headers, { origin: 'test' });
  assert.equal(records[0].prev, '0'.repeat(64));
  assert.equal(log.records().length, 4);
  assert.equal(log.head, log.records()[3].hash);
  assert.deepEqual(log.records('nothing'), []);
});

test('an export comes back to the byte and only once', () => {
  const log = filled();
  const ndjson = log.exportNdjson();
  const copy = new EventLog();
  assert.equal(copy.importNdjson(ndjson), 3);
  assert.equal(copy.importNdjson(new TextEncoder().encode(ndjson)), 0);
  assert.equal(copy.exportNdjson(), ndjson);
  copy.append('jobs', 'note', 'goes on');
  assert.deepEqual(copy.verify(), { ok: true, records: 4, head: copy.head, fault: null });
});

test('another history, a gap and damage are refused whole', () => {
  const log = filled();
  const lines = log.exportNdjson().trim().split('\n');
  const other = new EventLog({ now: () => 0 });
  other.append('jobs', 'note', 'mine');
  assert.equal(thrownBy(() => other.importNdjson(lines.join('\n'))).code, 'chain_hash');
  assert.equal(other.length, 1);
  const empty = new EventLog();
  assert.equal(thrownBy(() => empty.importNdjson(lines.slice(1).join('\n'))).code, 'chain_seq');
  const error = thrownBy(() => empty.importNdjson(`${lines[0]}\n{"seq":2}`));
  assert.deepEqual([error.code, error.item, error.offset], ['line_invalid', 2, Buffer.byteLength(lines[0]) + 1]);
  assert.equal(empty.length, 0);
});

test('verification says how far a log holds', () => {
  const log = filled();
  const whole = { ok: true, records: 3, head: log.head, fault: null };
  assert.deepEqual(log.verify(), whole);
  assert.deepEqual(verify_log(log.exportNdjson()), whole);
  assert.deepEqual(verify_log(Buffer.from(log.exportNdjson())), whole);
  assert.deepEqual(verify_log(log.records()), whole);

  const altered = log.records();
  altered[1] = { ...altered[1], payload: altered[1].payload.replace('1.0', '2.0') };
  const found = verify_log(altered);
  assert.deepEqual([found.ok, found.records, found.head], [false, 1, altered[0].hash]);
  assert.deepEqual([found.fault.seq, found.fault.code], [2, 'chain_hash']);
  assert.equal(verify_log('').records, 0);
});

test('what is no record is refused', () => {
  const log = new EventLog();
  assert.equal(thrownBy(() => log.append('', 'k', 1)).code, 'topic_empty');
  assert.equal(thrownBy(() => log.append('a b', 'k', 1)).code, 'topic_invalid');
  assert.equal(thrownBy(() => log.appendJson('a', 'k', '{"a":')).code, 'json_invalid');
  assert.equal(thrownBy(() => log.append('a', 'k', 1, { '': 'x' })).code, 'header_invalid');
  assert.equal(thrownBy(() => log.append('a', 'k', 1, { n: 1 })).path, 'headers.n');
  assert.equal(log.length, 0);
});
