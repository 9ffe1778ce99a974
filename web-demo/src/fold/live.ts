/*
 * Follows the daemon's log over one fetch stream, and starts over when it breaks.
 *
 * Owns the connection: where to resume, how long to wait, what the answer's status says. It must not know what a
 * record's payload means; payload texts are handed on in the order of the log.
 */
import type { Connection } from '../protocol';
import { SseReader, type SseEvent } from './sse';

/** What this page needs of one record of the log (record format, daemon HTTP API). */
export interface LiveRecord {
  seq: number;
  topic: string;
  kind: string;
  payload: string;
  prev: string;
  hash: string;
}

export interface LiveHost {
  /** Called for every group of records that arrived together. May throw: the stream then stops for good. */
  records(records: LiveRecord[]): void | Promise<void>;
  /** The position asked for is not in the daemon's log; everything must be read again. */
  reset(): void;
  connection(connection: Connection): void;
  /** The address has no event stream: a static host, not a daemon. */
  absent(): void;
  fault(code: string, message: string): void;
}

const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000];
/** Records handed on in one go; keeps one batch of folding short. */
const BATCH_RECORDS_MAX = 1_000;

export class LiveFeed {
  readonly #url: string;
  readonly #host: LiveHost;
  readonly #label: string;
  #last_id: string | null = null;
  #last_hash: string | null = null;
  #attempt = 0;
  #gone_since_ms: number | null = null;
  #ever = false;
  #stopped = false;
  #resets = 0;
  #wake: (() => void) | null = null;
  readonly #ended = new AbortController();

  constructor(url: string, host: LiveHost) {
    this.#url = url;
    this.#host = host;
    this.#label = new URL(url).host;
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      let reason: string | null;
      try {
        reason = await this.#follow();
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
      }
      if (this.#stopped) return;
      if (reason === null) continue;
      this.#gone_since_ms ??= Date.now();
      await this.#wait(reason);
    }
  }

  /** Skips the rest of the wait. */
  retry(): void {
    this.#wake?.();
  }

  stop(): void {
    this.#stopped = true;
    this.#ended.abort();
    this.#wake?.();
  }

  /** Follows until the stream ends and says why; null asks for another try at once. */
  async #follow(): Promise<string | null> {
    if (!this.#ever) this.#host.connection({ state: 'opening', label: this.#label });
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (this.#last_id !== null) headers['last-event-id'] = this.#last_id;
    const response = await fetch(this.#url, {
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: this.#ended.signal,
    });
    if (response.status === 401 || response.status === 403) {
      this.#host.connection({ state: 'signed_out', label: this.#label });
      await new Promise<void>((resolve) => (this.#wake = resolve));
      return null;
    }
    const type = response.headers.get('content-type') ?? '';
    if (!response.ok || !type.startsWith('text/event-stream') || !response.body) {
      if (!this.#ever && response.status < 500) {
        this.#stopped = true;
        this.#host.absent();
        return 'no event stream';
      }
      return `HTTP ${response.status}`;
    }
    this.#ever = true;
    this.#attempt = 0;
    this.#gone_since_ms = null;
    this.#host.connection({ state: 'following', label: this.#label });
    const whole = await this.#read(response.body);
    return whole ? 'the connection was closed' : null;
  }

  /** Reads until the end; false when everything has to be read again. */
  async #read(body: ReadableStream<Uint8Array>): Promise<boolean> {
    const reader = body.getReader();
    const text = new TextDecoder();
    const sse = new SseReader();
    let first = true;
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done || this.#stopped) return true;
        let batch: LiveRecord[] = [];
        for (const event of sse.push(text.decode(value, { stream: true }))) {
          if (event.event === 'reset') {
            this.#reset();
            return false;
          }
          if (event.event !== 'record') continue;
          const record = this.#admit(event, first);
          if (record === null) return false;
          first = false;
          batch.push(record);
          if (batch.length === BATCH_RECORDS_MAX) {
            await this.#host.records(batch);
            batch = [];
          }
        }
        if (batch.length > 0) await this.#host.records(batch);
      }
    } finally {
      reader.cancel().catch(() => undefined);
    }
  }

  /** Checks that the record continues what is held; null when everything has to be read again or nothing can be. */
  #admit(event: SseEvent, first: boolean): LiveRecord | null {
    const record = JSON.parse(event.data) as LiveRecord;
    if (this.#last_hash !== null && record.prev !== this.#last_hash) {
      if (first) this.#reset();
      else {
        this.#stopped = true;
        this.#host.fault('chain_broken', `record ${record.seq} does not continue the record before it`);
      }
      return null;
    }
    this.#last_hash = record.hash;
    this.#last_id = event.id ?? this.#last_id;
    this.#resets = 0;
    return record;
  }

  #reset(): void {
    this.#last_id = null;
    this.#last_hash = null;
    this.#resets += 1;
    if (this.#resets > 2) {
      this.#stopped = true;
      this.#host.fault('log_reset', 'the daemon keeps saying that the position is not in its log');
      return;
    }
    this.#host.reset();
  }

  async #wait(reason: string): Promise<void> {
    const delay = RETRY_MS[Math.min(this.#attempt, RETRY_MS.length - 1)]!;
    this.#attempt += 1;
    const retry_at_ms = Date.now() + delay;
    const since_ms = this.#gone_since_ms ?? Date.now();
    this.#host.connection({ state: 'gone', label: this.#label, since_ms, retry_at_ms, reason });
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delay);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = null;
    if (!this.#stopped) {
      this.#host.connection({ state: 'gone', label: this.#label, since_ms, retry_at_ms: null, reason });
    }
  }
}
