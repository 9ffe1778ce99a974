/**
 * `jobfold/worker`: a `JobsView` in a Web Worker, and the typed client that speaks to it. The page's own thread parses
 * no event: bytes go over by transfer, and only cards that are asked for come back.
 *
 * Calls are answered in the order they were made. A call that the core refuses rejects with the same `JobfoldError`
 * that
 * `JobsView` would have thrown.
 */
import type {
  ByteStream,
  Changes,
  Density,
  HistoryOptions,
  JobfoldError,
  Pushed,
  PushInput,
  StatusCount,
} from './index.js';
import type { JobCard, JobEvent, JobsSnapshot, JobsSnapshotOptions, JobsViewDocument, JsonValue } from './types.js';

export type * from './types.js';
export { JobfoldError } from './index.js';

/** What of the platform's `Worker` the client needs. */
export interface WorkerLike {
  /** Sends a message. */
  postMessage(message: unknown, transfer?: ArrayBufferLike[]): void;
  /** Ends the worker. */
  terminate(): void;
  /** Hears its messages and faults. */
  addEventListener(type: string, listener: (event: never) => void): void;
}

/** Options of `WorkerView.open`. */
export interface WorkerViewOptions {
  /** Keep the events, so that the view can seek into the past. False by default. */
  readonly history?: boolean | HistoryOptions;
  /** Largest event taken, in bytes. Default 1 MiB. */
  readonly event_bytes_max?: number;
  /** A worker made from `jobfold/worker-thread`, for hosts that must create it themselves. */
  readonly worker?: WorkerLike;
  /** Address or bytes of the module. Default: `core.wasm` beside the worker's script. */
  readonly wasm?: string | ArrayBuffer;
}

/** Where a view stands, and what changed since this client last asked. */
export interface ViewUpdate {
  /** The shown position. */
  readonly position: number;
  /** Events offered so far, duplicates included. */
  readonly head: number;
  /** True while the shown position follows the head. */
  readonly isLive: boolean;
  /** Cards at the shown position. Whoever holds more drops the rest: they are gone after a seek into the past. */
  readonly length: number;
  /** Indices of the cards that changed, ascending. */
  readonly indices: Uint32Array;
  /** How many cards have each status, sorted by status. */
  readonly statusCounts: readonly StatusCount[];
}

/** A `JobsView` in a worker. The methods are those of `JobsView`, answered later. */
export declare class WorkerView {
  private constructor();

  /**
   * Starts a worker with an empty view.
   *
   * @throws JobfoldError `E_UNSUPPORTED` (no workers here), `E_WORKER_GONE` (script not loaded), `E_WASM_FETCH`,
   *   `E_NOT_WASM`.
   */
  static open(options?: WorkerViewOptions): Promise<WorkerView>;

  /**
   * Takes events in, as `JobsView.push`.
   *
   * @param transfer True hands an `ArrayBuffer` (or the whole buffer of a view) over instead of copying it.
   */
  push(input: PushInput, options?: { readonly transfer?: boolean }): Promise<Pushed>;
  /**
   * Takes JSON Lines in as they arrive, as `JobsView.pushStream`; waits for the worker, so that memory stays bounded.
   */
  pushStream(source: ByteStream, onProgress?: (pushed: Pushed) => void): Promise<Pushed>;

  /** Resolves if the worker ends by itself (a bug of the core, or memory gone): time for a banner and a new view. */
  readonly gone: Promise<JobfoldError>;

  /** Where the view stands, and which cards changed since the last `update` of this client. */
  update(): Promise<ViewUpdate>;
  /** The cards that differ from what a reader with this cursor has seen. */
  changes(cursor: number): Promise<Changes>;

  /** Shows another position. */
  seek(position: number): Promise<void>;
  /** Goes back to following the head. */
  live(): Promise<void>;

  /** All cards at the shown position. */
  cards(): Promise<JobCard[]>;
  /** The cards of these indices, in the order asked for; null where there is none. */
  cards(indices: ArrayLike<number>): Promise<(JobCard | null)[]>;
  /** One card, or null. */
  card(index: number): Promise<JobCard | null>;
  /** Index of a job's card at the shown position, or null. */
  find(job_id: string): Promise<number | null>;
  /** BLAKE3 of the cards at the shown position, 64 hex digits. */
  digest(): Promise<string>;
  /** The cards that match, as ascending indices. */
  query(query: string): Promise<Uint32Array>;
  /** How many cards have each status, sorted by status. */
  statusCounts(): Promise<StatusCount[]>;

  /** The event at a position (from 1), or null if it was a duplicate. Needs history. */
  event(position: number): Promise<JobEvent | null>;
  /** The events at these positions, in the order asked for; null for duplicates. Needs history. */
  events(positions: ArrayLike<number>): Promise<(JobEvent | null)[]>;
  /** The event's JSON text, byte for byte as it was pushed, or null. Needs history. */
  eventJson(position: number): Promise<string | null>;
  /** Positions of a job's events up to the shown position, oldest first. Needs history. */
  jobEvents(index: number): Promise<Float64Array>;
  /** The whole history in this many buckets. Needs history. */
  density(buckets: number): Promise<Density>;
  /** Position of the first failure after a position, or null. Needs history. */
  nextFailure(after: number): Promise<number | null>;
  /** Position of the last failure before a position, or null. Needs history. */
  previousFailure(before: number): Promise<number | null>;

  /** The contract's snapshot of the shown position. */
  snapshot(options?: JobsSnapshotOptions | null): Promise<JobsSnapshot>;
  /** The contract's view of the shown position. Needs history. */
  view(options?: { readonly title?: JsonValue; readonly generated_at?: JsonValue } | null): Promise<JobsViewDocument>;

  /** Ends the worker. Calls still open, and later ones, reject with `E_WORKER_GONE`. */
  close(): void;
  /** The same, for `using`. */
  [Symbol.dispose](): void;
}
