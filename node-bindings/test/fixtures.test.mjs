/** Every history of the repository, folded in Node, against the goldens that Rust reviews: byte for byte. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { JobsView } from 'jobfold';
import * as inline from 'jobfold/inline';

const fixtures = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'fixtures');
const scenarios = readdirSync(fixtures).filter((name) => existsSync(join(fixtures, name, 'events.jsonl')));
inline.initSync();

const golden = (scenario, file) => readFileSync(join(fixtures, scenario, file), 'utf8');

/** A state as `summary.snap.json` describes it. */
function stateOf(view) {
  const counts = view.statusCounts().map(({ status, count }) => [status, count]);
  return { position: view.position, cards: view.length, digest: view.digest(), status_counts: counts };
}

test('there are histories to compare', () => assert.ok(scenarios.length >= 10));

for (const scenario of scenarios) {
  const events = readFileSync(join(fixtures, scenario, 'events.jsonl'));
  const summary = JSON.parse(golden(scenario, 'summary.snap.json'));
  const goldenOf = (position, head) =>
    golden(scenario, position === head ? 'board.snap.json' : `board-at-${position}.snap.json`);

  for (const [build, View] of [
    ['speed', JobsView],
    ['size', inline.JobsView],
  ]) {
    test(`${scenario}, the module built for ${build}`, () => {
      const view = new View({ history: true });
      const { offered, unique, duplicates, position } = view.push(events);
      assert.deepEqual(
        { offered, unique, duplicates },
        { offered: summary.offered, unique: summary.unique, duplicates: summary.duplicates },
      );
      for (const state of summary.states) {
        view.seek(state.position);
        assert.equal(view.cardsJson(), goldenOf(state.position, position));
        assert.deepEqual(stateOf(view), state);
      }
      view.free();
    });
  }

  test(`${scenario}, one event at a time`, () => {
    const view = new JobsView();
    for (const line of events.toString().trimEnd().split('\n')) view.push(line);
    assert.equal(view.cardsJson(), golden(scenario, 'board.snap.json'));
    view.free();
  });
}
