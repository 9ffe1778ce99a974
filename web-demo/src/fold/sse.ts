/*
 * Server-sent events, read from a fetch stream inside the worker (EventSource hides the HTTP status, which tells a
 * signed-out page from a dead daemon, and exposes no way to hold back).
 *
 * Owns the framing of the WHATWG event stream: line ends, comments, multi-line data, a split anywhere. It must not
 * know what the data means.
 */

export interface SseEvent {
  event: string;
  data: string;
  id: string | null;
}

/** A single event larger than this is refused: the daemon's own limit for a record is far below it. */
export const EVENT_CHARS_MAX = 16 * 1024 * 1024;

export class SseReader {
  #rest = '';
  #data: string[] = [];
  #size = 0;
  #event = 'message';
  #id: string | null = null;

  /** Takes the next piece of the stream and gives the events that it completes. */
  push(piece: string): SseEvent[] {
    const out: SseEvent[] = [];
    const text = this.#rest + piece;
    let start = 0;
    let feed = text.indexOf('\n');
    let turn = text.indexOf('\r');
    for (;;) {
      if (feed >= 0 && feed < start) feed = text.indexOf('\n', start);
      if (turn >= 0 && turn < start) turn = text.indexOf('\r', start);
      // A carriage return at the very end may still get its line feed.
      const turns = turn >= 0 && (feed < 0 || turn < feed);
      const end = turns ? turn : feed;
      if (end < 0 || (turns && end + 1 === text.length)) break;
      this.#line(text.slice(start, end), out);
      start = turns && feed === end + 1 ? end + 2 : end + 1;
    }
    this.#rest = text.slice(start);
    if (this.#rest.length + this.#size > EVENT_CHARS_MAX) {
      throw new Error(`an event of the stream is longer than ${EVENT_CHARS_MAX} characters`);
    }
    return out;
  }

  #line(line: string, out: SseEvent[]): void {
    if (line === '') {
      if (this.#data.length > 0) out.push({ event: this.#event, data: this.#data.join('\n'), id: this.#id });
      this.#data = [];
      this.#size = 0;
      this.#event = 'message';
      return;
    }
    if (line.startsWith(':')) return;
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? '' : line.slice(colon + 1);
    if (value.startsWith(' ')) value = value.slice(1);
    if (name === 'data') {
      this.#data.push(value);
      this.#size += value.length;
    } else if (name === 'event') this.#event = value;
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
  }
}
