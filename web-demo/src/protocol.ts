/*
 * What crosses between the page and the fold worker, and nothing else does.
 *
 * Owns the shapes of both directions. It must not know how either side works: the page never sees an event's bytes
 * before it asks for one, the worker never sees the document.
 */

/** A reference of a card: receipt, replay fixture or related link. `url` is whatever the event said; see ui/Refs. */
export interface Ref {
  kind: string;
  label?: string;
  id?: string;
  url?: string;
}

/** What a card or a list row shows. Every member is the core's own output, shortened where `*_text` says so. */
export interface Row {
  /** Card index: order of first appearance, the same at every position. */
  index: number;
  job_id: string;
  title: string;
  status: string;
  run_id?: string;
  queue?: string;
  /** Decimal text as the card carries it, so that no integer is rounded. */
  queue_depth?: string;
  priority?: string;
  updated_at: string;
  /** At most 400 characters of the last error. */
  error_text?: string;
  approval_text?: string;
  dlq_text?: string;
  /** The first few; `refs_total` counts all. */
  refs: Ref[];
  refs_total: number;
}

/** The scrubber's strip: events over the history in equal buckets of positions, one column for each count. */
export interface Strip {
  events: Uint32Array;
  failures: Uint32Array;
  approvals: Uint32Array;
  dead_letters: Uint32Array;
}

export interface ActionIntent {
  kind: string;
  label: string;
  effect: string;
  requires_approval: boolean;
}

/** One event in a job's list. */
export interface EventLine {
  position: number;
  kind: string;
  status: string;
  at: string;
  summary: string;
  run_id?: string;
  error_text?: string;
}

/** A labelled value of the card, in the order of the contract. */
export interface Member {
  name: string;
  value: string;
}

export interface JobDetail {
  row: Row;
  members: Member[];
  approval: Member[];
  dlq: Member[];
  /** Last result as indented JSON, digits untouched. */
  result_json?: string;
  refs: Ref[];
  intents: ActionIntent[];
  /** The whole card as the core wrote it, indented without parsing. */
  card_json: string;
  /** Newest first, at most as many as were asked for. */
  events: EventLine[];
  events_total: number;
}

/** Where the history comes from. */
export type Source = { kind: 'auto' } | { kind: 'live' } | { kind: 'sample' } | { kind: 'file'; file: File };

export type ToFold =
  /** `page` is the page's own address: the worker's files lie elsewhere. */
  | { type: 'open'; source: Source; page: string; position: number | null }
  | { type: 'retry' }
  | { type: 'query'; text: string }
  | { type: 'window'; from: number; to: number }
  | { type: 'seek'; position: number }
  | { type: 'live' }
  | { type: 'pause' }
  | { type: 'step'; by: 1 | -1 }
  | { type: 'failure'; direction: 1 | -1 }
  | { type: 'density'; buckets: number }
  | { type: 'select'; job_id: string | null; events_max: number }
  | { type: 'event'; position: number }
  | { type: 'export' };

/** How the page stands to its source. Times are Unix milliseconds of this machine's clock. */
export type Connection =
  | { state: 'empty' }
  | { state: 'opening'; label: string }
  | { state: 'loading'; label: string; events: number; bytes: number; bytes_total: number }
  | { state: 'following'; label: string }
  | { state: 'complete'; label: string }
  | { state: 'gone'; label: string; since_ms: number; retry_at_ms: number | null; reason: string }
  | { state: 'signed_out'; label: string };

export type FromFold =
  | { type: 'ready' }
  | { type: 'connection'; connection: Connection }
  | { type: 'restart' }
  | {
      type: 'frame';
      position: number;
      head: number;
      live: boolean;
      /** Source time of the newest event at the shown position, as it was given. */
      at: string | null;
      /** Cards at the shown position. */
      len: number;
      counts: [string, number][];
      /** Indices that match the query, in card order; null when there is no query. */
      shown: Uint32Array | null;
      query: string;
      query_fault: string | null;
      /** Terms without which the query would have hits, with how many. */
      excluders: { term: string; hits: number }[];
      rows: Row[];
    }
  /** Cards that changed out of sight. */
  | { type: 'rows'; rows: Row[] }
  | { type: 'digest'; position: number; hex: string }
  | { type: 'density'; head: number; strip: Strip }
  | { type: 'detail'; job_id: string; detail: JobDetail | null }
  | { type: 'event'; position: number; json: string | null }
  | { type: 'no_failure'; direction: 1 | -1 }
  | { type: 'export'; name: string; lines: Blob }
  | { type: 'notice'; code: 'log_replaced' }
  | { type: 'fault'; code: string; message: string; position: number };
