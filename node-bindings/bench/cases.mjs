/**
 * What is measured, the same in Node and in a page.
 *
 * Owns the measurements and their targets. Baseline and ours take turns, so that a busy machine slows both; the ratio of
 * the medians is the result. Must not know where it runs: the package, the clock for long work and the report are
 * arguments.
 */
import { Fold, foldBytes, foldText } from './baseline.mjs';
import { bytesOf, generate, renewable, withLayouts } from './stream.mjs';

const EVENTS = 100_000;
const JOBS = 5_000;
const HOT_JOBS = 20;
const HOT_EVENTS = 300_000;
const LAYOUTS = 512;
const ROUNDS = 5;
/** Samples of short work, and calls in each. */
const SAMPLES = 150;
const CALLS = 25;

const now = () => performance.now();
const sorted = (numbers) => Float64Array.from(numbers).sort();
const quantile = (numbers, part) => sorted(numbers)[Math.min(numbers.length - 1, Math.floor(numbers.length * part))];
const median = (numbers) => quantile(numbers, 0.5);

function timed(work, clock = now) {
  const start = clock();
  work();
  return clock() - start;
}

/** Median times of two ways that take turns. */
function duel(ours, baseline, clock, rounds = ROUNDS) {
  const times = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    times[0].push(timed(ours, clock));
    times[1].push(timed(baseline, clock));
  }
  return times.map(median);
}

const perSecond = (events, ms) => `${Math.round(events / ms)}k events/s`;
const fixed = (number, digits = 2) => number.toFixed(digits);

/**
 * Runs all; `report(name, value, baseline, ratio, target)` for each. `clock` gives milliseconds: the processor's where the
 * platform tells, since other programs do not move it.
 */
export function measureAll(jobfold, { world, report, say, clock = now }) {
  const row = (name, ...fields) => report(`${name}, ${world}`, ...fields);
  say(`making ${EVENTS} events of ${JOBS} jobs`);
  const lines = generate(jobfold, { events: EVENTS, jobs: JOBS });
  const bytes = bytesOf(lines);
  say(`${Math.round(bytes.length / EVENTS)} bytes each`);
  memory(jobfold, lines, row);
  assertSameCards(jobfold, bytes);
  folds(jobfold, lines, bytes, row, clock);
  oneMore(jobfold, lines, row);
  hotJobs(jobfold, bytes, row, clock);
  seeks(jobfold, bytes, row);
}

/** Bytes in, card objects out: what a page needs. */
function cardsOf(jobfold, input) {
  const view = new jobfold.JobsView();
  view.push(input);
  const cards = view.cards();
  view.free();
  return cards;
}

/** A comparison of speed means nothing unless both give the same. */
export function assertSameCards(jobfold, bytes) {
  const ours = cardsOf(jobfold, bytes);
  const theirs = foldBytes(bytes);
  if (ours.length !== theirs.length) throw new Error(`${ours.length} cards against the baseline's ${theirs.length}`);
  ours.forEach((card, index) => {
    if (canonical(card) !== canonical(theirs[index])) {
      throw new Error(`card ${index} differs from the baseline's:\n${canonical(card)}\n${canonical(theirs[index])}`);
    }
  });
}

/** JSON with sorted members. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}

function folds(jobfold, lines, bytes, row, clock) {
  const compare = (name, ours, baseline, target) => {
    const [mine, theirs] = duel(ours, baseline, clock);
    row(name, perSecond(EVENTS, mine), perSecond(EVENTS, theirs), fixed(theirs / mine), target);
  };
  compare(
    'bytes to cards',
    () => cardsOf(jobfold, bytes),
    () => foldBytes(bytes),
    '>=6',
  );
  const mixed = bytesOf(withLayouts(lines, LAYOUTS));
  compare(
    `bytes in ${LAYOUTS} layouts to cards`,
    () => cardsOf(jobfold, mixed),
    () => foldBytes(mixed),
    '>=3',
  );
  const text = new TextDecoder().decode(bytes);
  compare(
    'a string in hand to cards',
    () => cardsOf(jobfold, text),
    () => foldText(text),
    '>=3',
  );
}

/** One more event on a view that has many, one call each; also with the changed card read back. */
function oneMore(jobfold, lines, row) {
  const few = lines.slice(0, 10_000);
  const grown = (rounds) => {
    const view = new jobfold.JobsView();
    const renew = renewable(few);
    for (let round = 0; round < rounds; round += 1) view.push(renew());
    return { view, fresh: freshLines(few, rounds) };
  };
  const [small, middle, large] = [grown(1), grown(10), grown(100)];
  const baseline = new Fold();
  for (const line of lines) baseline.push(line);
  const decoder = new TextDecoder();
  const push = ({ view, fresh }) => perCall(fresh, (event) => view.push(event));
  const pushAndRead = ({ view, fresh }) =>
    perCall(fresh, (event) => {
      const seen = view.cursor;
      view.push(event);
      view.cards(view.changes(seen).indices);
    });
  const ways = [small, middle, large].flatMap((grown) => [push(grown), pushAndRead(grown)]);
  ways.push(perCall(middle.fresh, (event) => baseline.push(decoder.decode(event))));
  const times = ways.map(() => []);
  for (let round = 0; round < SAMPLES; round += 1) ways.forEach((way, index) => times[index].push(way(round)));
  const us = (ms) => fixed(ms * 1000, 1);
  const [ten, tenRead, hundred, hundredRead, million, millionRead, theirs] = times.map(median);
  row('one more event at 100k', `${us(hundred)} us`, `${us(theirs)} us`, us(hundred), '<=25');
  row('one more event and its card at 100k', `${us(hundredRead)} us`, '', us(hundredRead), '<=25');
  const growth = (large, small) => [`${us(large)} us`, `${us(small)} us`, fixed(large / small)];
  row('one more event and its card, 1M against 10k', ...growth(millionRead, tenRead), '<=1.2');
  // Without reading, one access to a table that no cache holds any more is what remains to be seen.
  row('one more event, 1M against 10k', ...growth(million, ten), '');
  for (const { view } of [small, middle, large]) view.free();
}

/**
 * Answers a function that makes some calls in a row, each with an event of its own, and tells the time of one in
 * milliseconds: a page's clock is too coarse for a single call.
 */
function perCall(fresh, call) {
  return (round) => {
    const events = Array.from({ length: CALLS }, (_, n) => fresh(round * CALLS + n));
    return timed(() => events.forEach(call)) / CALLS;
  };
}

/** Events as bytes, from the lines in turn, each with a key that was never used before. */
function freshLines(lines, salt) {
  const encoder = new TextEncoder();
  let used = 0;
  return (n) => {
    used += 1;
    const key = `"dedupe_key":"dashboard_job:fresh-${salt}-${used}-`;
    return encoder.encode(lines[n % lines.length].replace('"dedupe_key":"dashboard_job:', key));
  };
}

function hotJobs(jobfold, bytes, row, clock) {
  const lines = generate(jobfold, { events: HOT_EVENTS / 10, jobs: HOT_JOBS, seed: 23 });
  const renew = renewable(lines);
  const chunks = Array.from({ length: 10 }, () => renew().slice());
  const hot = () => {
    const view = new jobfold.JobsView();
    for (const chunk of chunks) view.push(chunk);
    view.cards();
    view.free();
  };
  const [mine, spread] = duel(hot, () => cardsOf(jobfold, bytes), clock);
  const [perHot, perSpread] = [mine / HOT_EVENTS, spread / EVENTS];
  const name = `an event of ${HOT_JOBS} hot jobs against ${JOBS} jobs`;
  row(name, `${fixed(perHot * 1000)} us`, `${fixed(perSpread * 1000)} us`, fixed(perHot / perSpread), '<=1');
}

function seeks(jobfold, bytes, row) {
  const view = new jobfold.JobsView({ history: true });
  view.push(bytes);
  const times = [];
  for (let n = 0, at = 1; n < 300; n += 1) {
    at = (at * 48_271) % 2_147_483_647;
    times.push(timed(() => view.seek(at % (EVENTS + 1))));
  }
  const [p50, p95] = [median(times), quantile(times, 0.95)];
  row('seek in 100k, p95', `${fixed(p95)} ms`, `${fixed(p50)} ms p50`, fixed(p95), '<=50');
  view.free();
}

/**
 * How much the module's memory grows with an event that makes no card larger. It never shrinks, so this comes before what
 * needs more of it, and a view that has what it needs comes before one that keeps history.
 *
 * The dedupe set takes at most 30 bytes an event, which the core's own tests check. Seen from outside there is the
 * allocator's slack besides: while one of the set's tables moves to a larger one, both are there.
 */
function memory(jobfold, lines, row) {
  const few = lines.slice(0, 10_000);
  const growth = (options, from, to) => {
    const view = new jobfold.JobsView(options);
    const renew = renewable(few);
    for (let round = 0; round < from; round += 1) view.push(renew());
    const before = jobfold.memory_bytes();
    for (let round = from; round < to; round += 1) view.push(renew());
    const bytes = (jobfold.memory_bytes() - before) / ((to - from) * few.length);
    view.free();
    return bytes;
  };
  const plain = growth({}, 10, 110);
  row('memory per event, slack included', `${fixed(plain, 1)} bytes`, '30 bytes', fixed(plain, 1), '<=40');
  const kept = growth({ history: true }, 10, 40);
  row('memory per event with history', `${fixed(kept, 0)} bytes`, '', fixed(kept, 0), '');
}
