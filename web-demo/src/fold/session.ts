/*
 * One history being looked at: the view, the position shown, and what the page has been told so far.
 *
 * Owns when something is sent: at most one frame per `FRAME_MS`, rows of the visible window first, the rest in small
 * pieces, so that neither side has a long task. It must not know where events come from, nor what they mean.
 */
import type { EventLine, FromFold, Row } from '../protocol';
import { detailOf, described, type JobsView, lineOf, newView, rowOf } from './jobs';
import { splitTerms, withoutTerm } from './terms';

const FRAME_MS = 16;
const DIGEST_MS = 120;
const DENSITY_MS = 200;
/** Rows in one message: reading a card takes about 10 microseconds. */
const ROWS_PER_MESSAGE = 250;
/** Positions looked back for a time when the newest ones are duplicates, which keep no text. */
const TIME_LOOK_BACK = 64;

export type Send = (message: FromFold) => void;

export class Session {
  readonly #send: Send;
  #view: JobsView = newView();
  #cursor = 0;
  #dirty = new Set<number>();
  #window = { from: 0, to: 64 };
  #query = '';
  #query_changed = false;
  #buckets = 0;
  #density_head = -1;
  #selected: { job_id: string; events_max: number } | null = null;
  #lines = new Map<number, EventLine>();
  /** Position of a pasted link, reached when the history is long enough. */
  #wanted_position: number | null = null;
  /** Where a drag wants to go; only the newest of those that queued up while folding is worth the way. */
  #target: number | null = null;
  #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #ended = false;

  constructor(send: Send, position: number | null) {
    this.#send = send;
    this.#wanted_position = position;
  }

  get head(): number {
    return this.#view.head;
  }

  /** Folds bytes: JSON Lines, a JSON array, or one event. Throws what the core throws; the view is then unchanged. */
  push(bytes: Uint8Array): void {
    this.#view.push(bytes);
    this.#reachWanted(false);
    this.changed();
  }

  /** No more events will come: a position asked for that lies behind the end is given up. */
  complete(): void {
    this.#reachWanted(true);
    this.changed();
  }

  /** Forgets everything; the page is told to do the same. */
  end(): void {
    this.#ended = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#view.free();
  }

  setQuery(query: string): void {
    this.#query = query;
    this.#query_changed = true;
    this.changed();
  }

  setWindow(from: number, to: number): void {
    this.#window = { from, to };
    if (this.#dirty.size > 0) this.changed();
  }

  setBuckets(buckets: number): void {
    this.#buckets = Math.max(1, Math.min(2_000, Math.trunc(buckets)));
    this.#density_head = -1;
    this.#later('density', DENSITY_MS, () => this.#sendDensity());
  }

  seek(position: number): void {
    this.#wanted_position = null;
    this.#target = Math.max(0, Math.min(Math.trunc(position), this.#view.head));
    this.#later('seek', 0, () => this.#seekTarget());
  }

  pause(): void {
    if (this.#view.isLive) this.#view.seek(this.#view.head);
    this.changed();
  }

  live(): void {
    this.#wanted_position = null;
    this.#target = null;
    this.#view.live();
    this.changed();
  }

  step(by: 1 | -1): void {
    this.seek((this.#target ?? this.#view.position) + by);
  }

  toFailure(direction: 1 | -1): void {
    const at = this.#view.position;
    const found = direction > 0 ? this.#view.nextFailure(at) : this.#view.previousFailure(at);
    if (found === null) this.#send({ type: 'no_failure', direction });
    else this.seek(found);
  }

  select(job_id: string | null, events_max: number): void {
    if (job_id === null || job_id !== this.#selected?.job_id) this.#lines.clear();
    this.#selected = job_id === null ? null : { job_id, events_max };
    this.#sendDetail();
  }

  event(position: number): string | null {
    return this.#view.eventJson(position);
  }

  /** The events up to the shown position as JSON Lines; folded anywhere they give the digest that the name carries. */
  exported(): { name: string; lines: Blob } {
    const parts: string[] = [];
    for (let at = 1; at <= this.#view.position; at += 1) {
      const event = this.#view.eventJson(at);
      if (event) parts.push(event.replaceAll('\n', ' '), '\n');
    }
    const name = `jobfold-seq-${this.#view.position}-${this.#view.digest().slice(0, 16)}.ndjson`;
    return { name, lines: new Blob(parts, { type: 'application/x-ndjson' }) };
  }

  changed(): void {
    this.#later('frame', FRAME_MS, () => this.#sendFrame());
  }

  #seekTarget(): void {
    if (this.#target === null) return;
    if (this.#target === this.#view.head) this.#view.live();
    else this.#view.seek(this.#target);
    this.#target = null;
    // Somebody waits for this one, and waits that have begun for others must not hold it up.
    this.#sendFrame();
  }

  #reachWanted(last_chance: boolean): void {
    const wanted = this.#wanted_position;
    if (wanted === null) return;
    if (this.#view.head >= wanted) {
      this.#wanted_position = null;
      this.#view.seek(wanted);
    } else if (last_chance) this.#wanted_position = null;
  }

  #sendFrame(): void {
    const view = this.#view;
    const changes = view.changes(this.#cursor);
    const moved = changes.cursor !== this.#cursor;
    this.#cursor = changes.cursor;
    for (const index of changes.indices) this.#dirty.add(index);
    const asked = this.#query_changed;
    this.#query_changed = false;
    const found = this.#found();
    const rows = [...this.#takeVisible(changes.len, found.shown), ...this.#takeRows(changes.len)];
    this.#send({
      type: 'frame',
      position: view.position,
      head: view.head,
      live: view.isLive,
      at: this.#timeAt(view.position),
      len: changes.len,
      counts: view.statusCounts().map(({ status, count }) => [status, count]),
      ...found,
      query: this.#query,
      rows,
    });
    this.#sendRest();
    if (this.#density_head !== view.head) this.#later('density', DENSITY_MS, () => this.#sendDensity());
    if (moved || asked) this.#later('digest', DIGEST_MS, () => this.#sendDigest());
    if (moved) this.#sendDetail();
  }

  /** The cards that changed out of sight, a few at a time, with pauses in which requests are heard. */
  #sendRest(): void {
    if (this.#dirty.size === 0) return;
    this.#later('rows', FRAME_MS, () => {
      this.#send({ type: 'rows', rows: this.#takeRows(this.#view.length) });
      this.#sendRest();
    });
  }

  #found(): Pick<Extract<FromFold, { type: 'frame' }>, 'shown' | 'query_fault' | 'excluders'> {
    if (this.#query.trim() === '') return { shown: null, query_fault: null, excluders: [] };
    try {
      const shown = this.#view.query(this.#query);
      return { shown, query_fault: null, excluders: shown.length === 0 ? this.#excluders() : [] };
    } catch (error) {
      // A query is typed letter by letter: a fault in it is an answer, and the list keeps what it showed.
      return { shown: null, query_fault: described(error).message, excluders: [] };
    }
  }

  #excluders(): { term: string; hits: number }[] {
    const out: { term: string; hits: number }[] = [];
    for (const term of splitTerms(this.#query)) {
      const rest = withoutTerm(this.#query, term);
      const hits = rest === '' ? this.#view.length : this.#view.query(rest).length;
      if (hits > 0) out.push({ term, hits });
    }
    return out;
  }

  #takeVisible(len: number, shown: Uint32Array | null): Row[] {
    const rows: Row[] = [];
    for (let at = this.#window.from; at < this.#window.to; at += 1) {
      const index = shown ? shown[at] : at;
      if (index !== undefined && this.#dirty.has(index)) this.#take(index, len, rows);
    }
    return rows;
  }

  #takeRows(len: number): Row[] {
    const rows: Row[] = [];
    let read = 0;
    for (const index of this.#dirty) {
      if (read === ROWS_PER_MESSAGE) break;
      read += 1;
      this.#take(index, len, rows);
    }
    return rows;
  }

  /** Reads one card; one that does not exist at the shown position is left out, and told of again when it does. */
  #take(index: number, len: number, into: Row[]): void {
    this.#dirty.delete(index);
    const card = index < len ? this.#view.cardJson(index) : null;
    if (card !== null) into.push(rowOf(index, card));
  }

  #timeAt(position: number): string | null {
    for (let at = position; at > Math.max(0, position - TIME_LOOK_BACK); at -= 1) {
      const event = this.#view.eventJson(at);
      if (event) return lineOf(at, event).at;
    }
    return null;
  }

  #sendDigest(): void {
    this.#send({ type: 'digest', position: this.#view.position, hex: this.#view.digest() });
  }

  #sendDensity(): void {
    if (this.#buckets === 0) return;
    this.#density_head = this.#view.head;
    // More buckets than events would draw gaps where nothing is missing.
    const buckets = Math.max(1, Math.min(this.#buckets, this.#view.head));
    this.#send({ type: 'density', head: this.#view.head, strip: this.#view.density(buckets) });
  }

  #sendDetail(): void {
    if (this.#selected === null) return;
    const { job_id, events_max } = this.#selected;
    const index = this.#view.find(job_id);
    const card = index === null ? null : this.#view.cardJson(index);
    if (index === null || card === null) {
      this.#send({ type: 'detail', job_id, detail: null });
      return;
    }
    const positions = this.#view.jobEvents(index);
    const lines: EventLine[] = [];
    for (let i = positions.length - 1; i >= 0 && lines.length < events_max; i -= 1) {
      const line = this.#line(positions[i]!);
      if (line) lines.push(line);
    }
    this.#send({ type: 'detail', job_id, detail: detailOf(index, card, lines, positions.length) });
  }

  #line(position: number): EventLine | null {
    const known = this.#lines.get(position);
    if (known) return known;
    const event = this.#view.eventJson(position);
    if (!event) return null;
    const line = lineOf(position, event);
    this.#lines.set(position, line);
    return line;
  }

  /** Runs once after the delay, however often it is asked for meanwhile. */
  #later(name: string, delay_ms: number, run: () => void): void {
    if (this.#timers.has(name) || this.#ended) return;
    this.#timers.set(
      name,
      setTimeout(() => {
        this.#timers.delete(name);
        run();
      }, delay_ms),
    );
  }
}
