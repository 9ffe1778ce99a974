/**
 * `JobsView`: the core's fold behind a JavaScript class.
 *
 * Owns the handle and the ways in. Positions, cards, order, counts are the core's answers, passed on.
 */
import { enter, release } from './core.js';
import { JobfoldError } from './error.js';
import { isRaw, write } from './input.js';
import { given, parse, requireText, textOf } from './json.js';

export class JobsView {
  #handle;
  #lineBytesMax;

  constructor({ history = false, event_bytes_max = 0 } = {}) {
    const key = crypto.getRandomValues(new Uint32Array(4));
    const checkpoints = history ? (history.checkpoint_events ?? 0) : undefined;
    this.#lineBytesMax = event_bytes_max || 1 << 20;
    this.#handle = enter((core) => new core.ViewHandle(checkpoints, event_bytes_max, key));
  }

  #call(call) {
    if (this.#handle === null) throw new JobfoldError('E_FREED', 'the view was freed');
    return enter(() => call(this.#handle));
  }

  push(input) {
    const raw = isRaw(input) ? input : textOf(input, 'input');
    const [offered, unique, duplicates, position] = this.#call((view) => view.push(write(raw)));
    return { offered, unique, duplicates, position };
  }

  async pushStream(source, onProgress) {
    const { pushPieces } = await import('#later');
    return pushPieces(source, (bytes) => this.push(bytes), onProgress, this.#lineBytesMax);
  }

  get head() {
    return this.#call((view) => view.head());
  }

  get position() {
    return this.#call((view) => view.position());
  }

  get isLive() {
    return this.#call((view) => view.is_live());
  }

  get length() {
    return this.#call((view) => view.length());
  }

  get cursor() {
    return this.#call((view) => view.cursor());
  }

  seek(position) {
    this.#call((view) => view.seek(position));
  }

  live() {
    this.#call((view) => view.live());
  }

  cards(indices) {
    if (indices === undefined) return JSON.parse(this.cardsJson());
    const wanted = Uint32Array.from(indices);
    return JSON.parse(this.#call((view) => view.cards_json_at(wanted)));
  }

  cardsJson() {
    return this.#call((view) => view.cards_json());
  }

  card(index) {
    return parse(this.#call((view) => view.card_json(index)));
  }

  cardJson(index) {
    return this.#call((view) => view.card_json(index)) ?? null;
  }

  find(job_id) {
    requireText(job_id, 'job_id');
    return this.#call((view) => view.find(write(job_id))) ?? null;
  }

  changes(cursor) {
    const indices = this.#call((view) => view.changes(cursor));
    return { cursor: this.cursor, len: this.length, indices };
  }

  digest() {
    return this.#call((view) => view.digest());
  }

  query(query) {
    requireText(query, 'query');
    return this.#call((view) => view.query(write(query)));
  }

  statusCounts() {
    return JSON.parse(this.#call((view) => view.status_counts()));
  }

  event(position) {
    return parse(this.#call((view) => view.event_json(position)));
  }

  eventJson(position) {
    return this.#call((view) => view.event_json(position)) ?? null;
  }

  jobEvents(index) {
    return this.#call((view) => view.job_events(index));
  }

  density(buckets) {
    const columns = this.#call((view) => view.density(buckets));
    const column = (n) => columns.slice((n * columns.length) / 4, ((n + 1) * columns.length) / 4);
    return { events: column(0), failures: column(1), approvals: column(2), dead_letters: column(3) };
  }

  nextFailure(after) {
    return this.#call((view) => view.next_failure(after)) ?? null;
  }

  previousFailure(before) {
    return this.#call((view) => view.previous_failure(before)) ?? null;
  }

  snapshot(options) {
    return JSON.parse(this.snapshotJson(textOf(options, 'options')));
  }

  snapshotJson(options) {
    return this.#call((view) => view.snapshot_json(write(given(options, 'options'))));
  }

  view(options) {
    return JSON.parse(this.viewJson(textOf(options, 'options')));
  }

  viewJson(options) {
    return this.#call((view) => view.view_json(write(given(options, 'options'))));
  }

  free() {
    const handle = this.#handle;
    this.#handle = null;
    if (handle !== null) release(handle);
  }
}

// Platforms without explicit resource management have no such symbol, and no `using` that would ask for it.
if (Symbol.dispose) JobsView.prototype[Symbol.dispose] = JobsView.prototype.free;
