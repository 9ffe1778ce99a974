/** `JobsView`: every way in gives the same state; positions, changes, queries and history answer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JobsView } from 'jobfold';

import { sampleEvents, sampleLines, thrownBy } from './sample.mjs';

const filled = (options) => {
  const view = new JobsView(options);
  view.push(sampleLines());
  return view;
};

test('text, bytes, objects and pieces give the same cards', async () => {
  const events = sampleEvents();
  const bytes = new TextEncoder().encode(sampleLines());
  const inside = new Uint8Array(bytes.length + 8);
  inside.set(bytes, 5);
  const ways = {
    text: (view) => view.push(sampleLines()),
    'array text': (view) => view.push(JSON.stringify(events)),
    bytes: (view) => view.push(bytes),
    buffer: (view) => view.push(bytes.slice().buffer),
    'part of a buffer': (view) => view.push(inside.subarray(5, 5 + bytes.length)),
    'data view': (view) => view.push(new DataView(inside.buffer, 5, bytes.length)),
    objects: (view) => view.push(events),
    'one by one': (view) => events.forEach((event) => view.push(event)),
    'three bytes at a time': (view) => view.pushStream(chunks(bytes, 3)),
    'a stream': (view) => view.pushStream(new Blob([bytes]).stream()),
  };
  const expected = filled().digest();
  for (const [name, way] of Object.entries(ways)) {
    const view = new JobsView();
    await way(view);
    assert.equal(view.digest(), expected, name);
    assert.equal(view.head, 6, name);
    view.free();
  }
});

function* chunks(bytes, size) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test('text of every width goes in as it is', () => {
  for (const title of ['plain', 'Zürich', '☂☃☄', '𝄞𝄢'.repeat(40), `${'a'.repeat(500)}é`]) {
    const view = new JobsView();
    view.push(JSON.stringify({ ...sampleEvents()[0], title }));
    assert.equal(view.card(0).title, title);
    view.free();
  }
});

test('a push says what it did', () => {
  const view = new JobsView();
  const events = sampleEvents();
  assert.deepEqual(view.push(events), { offered: 6, unique: 6, duplicates: 0, position: 6 });
  assert.deepEqual(view.push(events.slice(4)), { offered: 2, unique: 0, duplicates: 2, position: 8 });
  assert.deepEqual(view.push(''), { offered: 0, unique: 0, duplicates: 0, position: 8 });
  assert.deepEqual([view.head, view.position, view.isLive, view.length], [8, 8, true, 3]);
});

test('cards are found, listed and counted', () => {
  const view = filled();
  assert.deepEqual(view.cards(), JSON.parse(view.cardsJson()));
  assert.equal(view.card(1).job_id, 'backup');
  assert.equal(view.cardJson(1), JSON.stringify(view.card(1)));
  assert.equal(view.card(9), null);
  assert.equal(view.cardJson(9), null);
  assert.deepEqual(
    view.cards([2, 9, 0]).map((card) => card?.job_id ?? null),
    ['refund', null, 'digest'],
  );
  assert.deepEqual([view.find('refund'), view.find('nobody')], [2, null]);
  assert.deepEqual(view.statusCounts(), [
    { status: 'failed', count: 1 },
    { status: 'succeeded', count: 1 },
    { status: 'waiting_approval', count: 1 },
  ]);
  assert.deepEqual(view.query('status:failed'), Uint32Array.of(0));
  assert.deepEqual(view.query(''), Uint32Array.of(0, 1, 2));
  assert.equal(thrownBy(() => view.query('status:"failed')).code, 'query_invalid');
});

test('changes are told once to each reader', () => {
  const view = new JobsView();
  const events = sampleEvents();
  view.push(events.slice(0, 3));
  const first = view.changes(0);
  assert.deepEqual([first.len, first.indices], [2, Uint32Array.of(0, 1)]);
  assert.equal(first.cursor, view.cursor);
  assert.deepEqual(view.changes(first.cursor).indices, new Uint32Array(0));
  view.push(events[3]);
  assert.deepEqual(view.changes(first.cursor).indices, Uint32Array.of(0));
  assert.deepEqual(view.changes(0).indices, Uint32Array.of(0, 1));
});

test('the view goes anywhere in its history and back', () => {
  const view = filled({ history: { checkpoint_events: 2 } });
  const live = view.digest();
  const digests = [];
  for (let position = 0; position <= 6; position += 1) {
    view.seek(position);
    const fresh = new JobsView();
    fresh.push(sampleEvents().slice(0, position));
    assert.equal(view.digest(), fresh.digest(), `position ${position}`);
    assert.deepEqual([view.position, view.head, view.isLive], [position, 6, false]);
    digests.push(view.digest());
  }
  assert.equal(new Set(digests).size, 7);
  view.seek(3);
  view.push({ ...sampleEvents()[0], dedupe_key: 'later' });
  assert.deepEqual([view.position, view.head], [3, 7], 'the past stays while the head moves');
  view.live();
  assert.equal(view.position, 7);
  assert.notEqual(view.digest(), live);
});

test('cards that are gone after a seek are told by the length', () => {
  const view = filled({ history: true });
  const { cursor } = view.changes(0);
  view.seek(1);
  const changes = view.changes(cursor);
  assert.deepEqual([changes.len, changes.indices], [1, Uint32Array.of(0)]);
});

test('history answers about events', () => {
  const view = filled({ history: true });
  view.push(sampleEvents()[0]);
  assert.deepEqual(view.event(2), sampleEvents()[1]);
  assert.equal(view.eventJson(2), sampleLines().split('\n')[1]);
  assert.deepEqual([view.event(7), view.eventJson(7), view.event(8)], [null, null, null], 'a duplicate, and nothing');
  assert.deepEqual(view.jobEvents(0), Float64Array.of(1, 2, 4));
  assert.deepEqual(
    [view.nextFailure(0), view.nextFailure(4), view.previousFailure(7), view.previousFailure(4)],
    [4, null, 4, null],
  );
  const { events, failures, approvals, dead_letters } = view.density(7);
  assert.equal(events.length, 7);
  assert.deepEqual(failures, Uint32Array.of(0, 0, 0, 1, 0, 0, 0));
  assert.deepEqual(approvals, Uint32Array.of(0, 0, 0, 0, 1, 0, 0));
  assert.equal(dead_letters.length, 7);
});

test("snapshot and view have the contract's shapes", () => {
  const view = filled({ history: true });
  assert.deepEqual(view.snapshot({ generated_at: 'now' }), {
    schema: 'harn.dashboard_jobs_snapshot.v1',
    generated_at: 'now',
    jobs: view.cards(),
  });
  const shown = view.view({ title: 'Queue' });
  assert.deepEqual([shown.title, shown.events, shown.receipts], ['Queue', sampleEvents(), []]);
});

test('what needs history says so, and positions are checked', () => {
  const view = filled();
  assert.equal(thrownBy(() => view.seek(1)).code, 'history_off');
  assert.equal(thrownBy(() => view.view()).code, 'history_off');
  const kept = filled({ history: true });
  for (const bad of [7, -1, 1.5, NaN, Infinity, 2 ** 60]) {
    assert.equal(thrownBy(() => kept.seek(bad)).code, 'position_out_of_range', String(bad));
  }
  assert.equal(kept.isLive, true);
});

test('an event above the limit is refused', () => {
  const view = new JobsView({ event_bytes_max: 2000 });
  const long = { ...sampleEvents()[0], title: 'x'.repeat(2000) };
  assert.equal(thrownBy(() => view.push(long)).code, 'event_too_large');
  assert.equal(view.push(sampleEvents()[0]).unique, 1);
});

test('a stream stops at what is refused, and says where in the stream', async () => {
  const view = new JobsView();
  const lines = sampleLines();
  const source = `${lines}{"broken":\n${lines}`;
  const seen = [];
  const error = await view
    .pushStream(chunks(Buffer.from(source), 100), (pushed) => seen.push(pushed.offered))
    .then(
      () => assert.fail('expected a refusal'),
      (refusal) => refusal,
    );
  assert.deepEqual([error.code, error.item], ['json_invalid', 7]);
  assert.ok(error.offset >= lines.length && error.offset <= lines.length + 11);
  // What shares a piece with the bad line is refused with it; what came before stays.
  assert.ok(view.head >= 4 && view.head <= 6);
  assert.equal(
    seen.reduce((sum, offered) => sum + offered, 0),
    view.head,
  );
});
