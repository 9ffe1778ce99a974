/// <reference lib="esnext.disposable" />
/**
 * The JavaScript face of Jobfold: the functions of the dashboard contract, `JobsView`, `EventLog`, `verify_log`.
 *
 * One WebAssembly core does the work in Node and in the page; nothing here folds, sorts or formats. Contract names are
 * spelled as the contract spells them (`dashboard_jobs_view`), ours as JavaScript does (`jobEvents`). Every function
 * throws `JobfoldError`; after a refusal, everything is as it was before the call.
 *
 * Fastest way in: UTF-8 bytes (JSON Lines) into `JobsView.push`. Then text. Objects are a convenience: they are turned
 * into JSON text first, and cost that.
 */
import type {
  JobCard,
  JobEmitReceipt,
  JobEvent,
  JobEventInput,
  JobEventKind,
  JobEventOf,
  JobEventOptions,
  JobsSnapshot,
  JobsSnapshotOptions,
  JobsViewDocument,
  JobStatusRead,
  JsonObject,
  JsonValue,
  LogRecord,
  UnknownJobEvent,
} from './types.js';

export type * from './types.js';

// --- Start ----------------------------------------------------------------------------------------------------------

/** Where the WebAssembly module comes from: bytes, a compiled `WebAssembly.Module`, an address, or a `Response`. */
export type InitInput = ArrayBuffer | ArrayBufferView | WebAssemblyModule | UrlLike | string | ResponseLike;

/** A compiled `WebAssembly.Module`; named by shape, so that these types need no DOM library. */
export interface WebAssemblyModule {
  readonly [Symbol.toStringTag]?: string;
}

/** A `URL`. */
export interface UrlLike {
  /** The address as text. */
  readonly href: string;
}

/** A `Response` of `fetch`, or what looks like one. */
export interface ResponseLike {
  /** True for a status of 200 to 299. */
  readonly ok: boolean;
  /** The HTTP status. */
  readonly status: number;
  /** Reads the body whole. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * Loads and starts the core. Call it once before anything else in a browser; Node starts by itself at the first call
 * of a function, and `init()` there is only the asynchronous way to the same end.
 *
 * Idempotent: a second call returns the same promise and ignores its argument. A failed start may be tried again.
 *
 * @param input Default: the `core.wasm` beside the script. `jobfold/inline` carries its own; `jobfold/slim` has no
 *   default and needs one.
 * @throws JobfoldError `E_WASM_FETCH` (address unreachable, or an HTTP status other than 2xx), `E_NOT_WASM` (not a
 *   module; a server that answers with its HTML page is named as such), `E_NO_INPUT` (`jobfold/slim` without input).
 */
export declare function init(input?: InitInput | PromiseLike<InitInput>): Promise<void>;

/**
 * Starts the core at once, where the platform allows it: Node, workers, and pages that have the bytes or the module.
 *
 * @param input Default in Node: the `core.wasm` beside the script; in `jobfold/inline`: its own. Elsewhere required.
 * @throws JobfoldError `E_NOT_WASM`, `E_NO_INPUT`.
 */
export declare function initSync(input?: ArrayBuffer | ArrayBufferView | WebAssemblyModule): void;

// --- Errors ---------------------------------------------------------------------------------------------------------

/** Codes of the contract: what is wrong with an event, an input or an option. */
export type ContractErrorCode =
  | 'kind_required'
  | 'job_id_required'
  | 'source_timestamp_required'
  | 'id_blank'
  | 'dedupe_key_blank'
  | 'status_blank'
  | 'title_blank'
  | 'summary_blank'
  | 'source_clock_required'
  | 'source_required'
  | 'run_id_required'
  | 'approval_request_id_required'
  | 'dlq_id_required'
  | 'receipt_refs_required'
  | 'replay_refs_required'
  | 'list_expected'
  | 'ref_not_object'
  | 'ref_kind_required'
  | 'ref_target_required'
  | 'intent_incomplete'
  | 'intent_needs_approval'
  | 'shape'
  | 'schema_unsupported'
  | 'topic_invalid'
  | 'topic_empty'
  | 'topic_type';

/** Codes of the view: what is wrong with the bytes or with the request. */
export type ViewErrorCode =
  | 'json_invalid'
  | 'json_too_deep'
  | 'event_too_large'
  | 'position_out_of_range'
  | 'history_off'
  | 'query_invalid'
  | 'function_unknown'
  | 'arguments_invalid';

/** Codes of the package itself. */
export type PackageErrorCode =
  /** A function was called before `init()` had finished. */
  | 'E_NOT_INITIALIZED'
  /** The core stopped on a bug of its own; nothing it holds can be trusted, and every later call throws this. */
  | 'E_POISONED'
  /** The handle was freed. */
  | 'E_FREED'
  /** The module could not be fetched. */
  | 'E_WASM_FETCH'
  /** What was fetched is not a WebAssembly module. */
  | 'E_NOT_WASM'
  /** More bytes than one call takes; push them in pieces. */
  | 'E_INPUT_TOO_LARGE'
  /** No module was given, and this entry has none of its own. */
  | 'E_NO_INPUT'
  /** The platform cannot do it: a file outside Node, a worker where there are none. */
  | 'E_UNSUPPORTED'
  /** The daemon did not answer within `timeout_ms`. */
  | 'E_TIMEOUT'
  /** The daemon could not be reached. */
  | 'E_UNREACHABLE'
  /** The daemon refused; `status` is the HTTP status. */
  | 'E_REFUSED'
  /** The daemon's answer is larger than allowed or not what was asked for. */
  | 'E_BAD_ANSWER'
  /** The file could not be read or written. */
  | 'E_FILE'
  /** The worker ended, or its script could not be loaded. */
  | 'E_WORKER_GONE';

/** Any code. An open set: a newer core may have more. */
export type JobfoldErrorCode = ContractErrorCode | ViewErrorCode | PackageErrorCode | (string & {});

/** What every function of this package throws. Compare `code`; `message` is for people and may change. */
export declare class JobfoldError extends Error {
  private constructor();

  /** Always `JobfoldError`. `instanceof` holds across the package's entries and copies. */
  readonly name: 'JobfoldError';
  /** The stable name of what went wrong. */
  readonly code: JobfoldErrorCode;
  /** The member that is to blame, such as `event.source.runtime` or `input`; empty if there is none. */
  readonly path: string;
  /** Which event of the batch is to blame, from 1; null if it is not about a batch. */
  readonly item: number | null;
  /** Byte offset in the UTF-8 text that was given, where the fault or the bad event begins; null if unknown. */
  readonly offset: number | null;
  /** HTTP status of a daemon's refusal; null otherwise. */
  readonly status: number | null;
}

// --- The contract, objects in and out -------------------------------------------------------------------------------

/**
 * Builds an event from what a runtime reported: names, aliases and defaults are the contract's.
 *
 * @param kind One of the 17 kinds, or null to take it from options or input. Another text is an unknown kind: it is
 *   carried and folded like any other.
 * @param input What the runtime reported.
 * @param options What the host knows better.
 * @throws JobfoldError with a contract code, and the member in `path`.
 */
export declare function dashboard_job_event<K extends JobEventKind>(
  kind: K,
  input: JobEventInput,
  options?: JobEventOptions | null,
): JobEventOf<K>;
export declare function dashboard_job_event(
  kind: string | null,
  input: JobEventInput,
  options?: JobEventOptions | null,
): JobEvent;

/**
 * Checks an event: shape first, then the contract's rules in their order.
 *
 * @returns The very object that was given, unknown members included.
 * @throws JobfoldError with a contract code, and the member in `path`.
 */
export declare function dashboard_job_validate<E extends EventLike>(event: E): E;

/** The key that tells duplicates of an event. A missing part and null are the same. */
export declare function dashboard_job_dedupe_key(
  kind: string,
  job_id: string,
  run_id?: string | null,
  timestamp?: string | null,
  source_id?: string | null,
): string;

/**
 * Validates events in order and keeps the first of each `dedupe_key`.
 *
 * @throws JobfoldError for the first bad event, even if it is a duplicate; `item` says which.
 */
export declare function dashboard_job_dedupe_events(events: readonly EventLike[]): JobEvent[];

/** Folds events into cards. */
export declare function dashboard_jobs_snapshot(
  events: readonly EventLike[],
  options?: JobsSnapshotOptions | null,
): JobsSnapshot;

/**
 * Folds events into cards and returns both; with `emit`, first appends each unique event to a log.
 * Not idempotent: each call with `emit` appends again, as the contract has it.
 */
export declare function dashboard_jobs_view(
  events: readonly EventLike[],
  options?: JobsViewDocumentOptions | null,
): JobsViewDocument;

/** Validates one event and appends it to a log. Appends on every call. */
export declare function dashboard_job_emit(event: EventLike, options?: EmitOptions | null): JobEmitReceipt;

/** An event from anywhere: typed, or parsed from JSON and yet to be validated. */
export type EventLike = JobEvent | UnknownJobEvent | JsonObject;

/** Where an emitted event goes. */
export interface EmitOptions {
  /** Topic to append to. Default `dashboard.jobs.events`. */
  readonly topic?: string | null;
  /** Log to append to. Default: `default_log()`. Taken out of the options before they reach the core. */
  readonly log?: EventLog | null;
}

/** Options of `dashboard_jobs_view`. */
export interface JobsViewDocumentOptions extends EmitOptions, JobsSnapshotOptions {
  /** Append each unique event to the log. What counts as true is the contract's rule: not 0, "", [] or {}. */
  readonly emit?: JsonValue;
  /** Title of the view. Default `Jobs`. */
  readonly title?: JsonValue;
}

// --- The contract, JSON text in and out -----------------------------------------------------------------------------
// Nothing is lost to JavaScript's numbers here: integers beyond 2^53, `1.0`, duplicate spellings all survive. Every
// argument is a JSON text (`'"run.started"'`, not `'run.started'`); undefined, null and `'null'` are the same.

/** `dashboard_job_event` in JSON text. */
export declare function dashboard_job_event_json(kind: string | null, input: string, options?: string | null): string;
/** `dashboard_job_validate` in JSON text; returns the text it was given. */
export declare function dashboard_job_validate_json(event: string): string;
/** `dashboard_job_dedupe_key` in JSON text; returns a JSON string. */
export declare function dashboard_job_dedupe_key_json(
  kind: string,
  job_id: string,
  run_id?: string | null,
  timestamp?: string | null,
  source_id?: string | null,
): string;
/** `dashboard_job_dedupe_events` in JSON text. */
export declare function dashboard_job_dedupe_events_json(events: string): string;
/** `dashboard_jobs_snapshot` in JSON text. */
export declare function dashboard_jobs_snapshot_json(events: string, options?: string | null): string;
/** `dashboard_jobs_view` in JSON text; the log is an argument of its own, since text cannot carry it. */
export declare function dashboard_jobs_view_json(
  events: string,
  options?: string | null,
  log?: EventLog | null,
): string;
/** `dashboard_job_emit` in JSON text; the log is an argument of its own, since text cannot carry it. */
export declare function dashboard_job_emit_json(event: string, options?: string | null, log?: EventLog | null): string;

/**
 * Any function of the contract by name, its arguments as the text of one JSON array; missing trailing ones are null.
 * Also answers `topic_records`, `[topic]`: the records of a topic as the contract's log shows them.
 *
 * @throws JobfoldError `function_unknown`, `arguments_invalid`, and what the function itself throws.
 */
export declare function call_json(fn: string, args: string, log?: EventLog | null): string;

// --- The view -------------------------------------------------------------------------------------------------------

/** Options of a `JobsView`. */
export interface JobsViewOptions {
  /**
   * Keep the events, so that the view can seek into the past, show events and list those of a job. False by default:
   * the view then grows by the dedupe set only. True for the default spacing of checkpoints.
   */
  readonly history?: boolean | HistoryOptions;
  /** Largest event taken, in bytes. Default 1 MiB. */
  readonly event_bytes_max?: number;
}

/** Options of a view's history. */
export interface HistoryOptions {
  /** A checkpoint is kept every so many events: closer ones make seeking faster and cost memory. */
  readonly checkpoint_events?: number;
}

/** What a push did. */
export interface Pushed {
  /** Events in the batch. */
  readonly offered: number;
  /** Those that were new. */
  readonly unique: number;
  /** Those that had been seen before: an answer, not an error. */
  readonly duplicates: number;
  /** The head after the push: events offered so far, duplicates included. */
  readonly position: number;
}

/** Which cards differ from what a reader has seen. */
export interface Changes {
  /** What to hand in next time. */
  readonly cursor: number;
  /** Cards at the shown position. Whoever holds more drops the rest: they are gone after a seek into the past. */
  readonly len: number;
  /** Indices of the cards that differ, ascending. */
  readonly indices: Uint32Array;
}

/** How many cards have a status. */
export interface StatusCount {
  /** The status as the cards carry it. */
  readonly status: JobStatusRead;
  /** Cards that have it. */
  readonly count: number;
}

/** Events over the whole history in equal buckets of positions, one column for each count. */
export interface Density {
  /** Events of any kind. */
  readonly events: Uint32Array;
  /** Events with a failure. */
  readonly failures: Uint32Array;
  /** Events about approvals. */
  readonly approvals: Uint32Array;
  /** Events about dead letters. */
  readonly dead_letters: Uint32Array;
}

/** What `JobsView.push` takes. Text and bytes are JSON Lines, one JSON array of events, or one event. */
export type PushInput = string | ArrayBuffer | ArrayBufferView | EventLike | readonly EventLike[];

/**
 * An incremental fold of events into cards.
 *
 * Positions: position N is the state after the first N events offered, duplicates included; 0 is the empty state, the
 * head is the newest. A card's index is the rank of its job's first event and never changes.
 *
 * Holds memory of the core: call `free()` when done, or use `using`.
 */
export declare class JobsView {
  /** @throws JobfoldError `E_NOT_INITIALIZED`, `arguments_invalid`. */
  constructor(options?: JobsViewOptions);

  /**
   * Takes events in. Atomic: if one is refused, none is taken. The shown position stays, unless the view is live.
   *
   * @throws JobfoldError with a contract code, `json_invalid`, `json_too_deep`, `event_too_large`; `item` and `offset`
   *   say which event.
   */
  push(input: PushInput): Pushed;

  /**
   * Takes JSON Lines in as they arrive, cut at line ends; every piece is atomic by itself.
   *
   * @param source A `ReadableStream` of bytes (such as `response.body`), or any iterable of byte arrays.
   * @param onProgress Called after each piece.
   * @returns The sums over all pieces.
   * @throws JobfoldError as `push`; pieces before the bad one stay in, and `item` and `offset` count from the start of
   *   the stream.
   */
  pushStream(source: ByteStream, onProgress?: (pushed: Pushed) => void): Promise<Pushed>;

  /** Events offered so far, duplicates included. */
  readonly head: number;
  /** The shown position; the head, while live. */
  readonly position: number;
  /** True while the shown position follows the head. */
  readonly isLive: boolean;
  /** Cards at the shown position. */
  readonly length: number;

  /**
   * Shows another position, and stays there until `live()` or another seek.
   *
   * @throws JobfoldError `history_off`, `position_out_of_range`.
   */
  seek(position: number): void;
  /** Goes back to following the head. */
  live(): void;

  /** All cards at the shown position. */
  cards(): JobCard[];
  /** The cards of these indices, in the order asked for; null where there is none. */
  cards(indices: ArrayLike<number>): (JobCard | null)[];
  /** All cards at the shown position, as the text of a JSON array. */
  cardsJson(): string;
  /** One card, or null if there is none. */
  card(index: number): JobCard | null;
  /** One card as JSON text, or null if there is none. */
  cardJson(index: number): string | null;
  /** Index of a job's card at the shown position, or null. */
  find(job_id: string): number | null;

  /** The cards that differ from what a reader with this cursor has seen; cursor 0 has seen nothing. */
  changes(cursor: number): Changes;
  /** The cursor of a reader who has seen everything that is shown now. */
  readonly cursor: number;
  /** BLAKE3 of the cards at the shown position, 64 hex digits: equal digests, equal cards. */
  digest(): string;

  /**
   * The cards that match, as ascending indices. `status:failed queue:mail job:digest`, and free text.
   *
   * @throws JobfoldError `query_invalid`.
   */
  query(query: string): Uint32Array;
  /** How many cards have each status, sorted by status. */
  statusCounts(): StatusCount[];

  /** The event at a position (from 1), or null if it was a duplicate. Needs history. */
  event(position: number): JobEvent | null;
  /** The same as JSON text, byte for byte as it was pushed. */
  eventJson(position: number): string | null;
  /** Positions of a job's events up to the shown position, oldest first. Needs history. */
  jobEvents(index: number): Float64Array;
  /** The whole history in at most this many buckets: never more than there are events. Needs history. */
  density(buckets: number): Density;
  /** Position of the first failure after a position, or null. Needs history. */
  nextFailure(after: number): number | null;
  /** Position of the last failure before a position, or null. Needs history. */
  previousFailure(before: number): number | null;

  /** The contract's snapshot of the shown position. */
  snapshot(options?: JobsSnapshotOptions | null): JobsSnapshot;
  /** The same as JSON text; the options are JSON text too. */
  snapshotJson(options?: string | null): string;
  /** The contract's view of the shown position. Needs history. */
  view(options?: Omit<JobsViewDocumentOptions, 'emit' | 'topic' | 'log'> | null): JobsViewDocument;
  /** The same as JSON text; the options are JSON text too. */
  viewJson(options?: string | null): string;

  /** Gives the memory back. Using the view afterwards throws `E_FREED`; freeing it again does nothing. */
  free(): void;
  /** The same, for `using`. */
  [Symbol.dispose](): void;
}

/** Pieces of bytes: a `ReadableStream`, an iterable, or an asynchronous iterable. */
export type ByteStream = ReadableStreamLike | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** A `ReadableStream` of bytes; named by shape, so that these types need no DOM library. */
export interface ReadableStreamLike {
  /** Locks the stream to one reader. */
  getReader(): {
    /** The next piece. */
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
    /** Says that no more is wanted. */
    cancel(reason?: unknown): Promise<void>;
    /** Unlocks the stream. */
    releaseLock(): void;
  };
}

// --- The log --------------------------------------------------------------------------------------------------------

/** Options of an `EventLog`. */
export interface EventLogOptions {
  /** The clock that stamps records, in milliseconds since 1970 UTC. Default `Date.now`. */
  readonly now?: () => number;
}

/** Where a record landed. */
export interface Appended {
  /** Position in the log, from 1. */
  readonly seq: number;
  /** Position within the topic, from 1. */
  readonly topic_seq: number;
}

/** What a verification found. */
export interface Verification {
  /** True if every record's hash and every link to the record before it hold. */
  readonly ok: boolean;
  /** Records that hold, counted from the first. */
  readonly records: number;
  /** Hash of the last record that holds, 64 hex digits; zeros if there is none. */
  readonly head: string;
  /** The first record that does not hold, and why; null if all do. */
  readonly fault: null | {
    /** The `seq` it should have had. */
    readonly seq: number;
    /** What is wrong with it. */
    readonly code: string;
    /** The same for people. */
    readonly message: string;
  };
}

/**
 * A hash-chained log in memory.
 *
 * The daemon's log on disk has the same records; `push` and `pull` move them. Holds memory of the core: call `free()`
 * when done, or use `using`.
 */
export declare class EventLog {
  /** @throws JobfoldError `E_NOT_INITIALIZED`. */
  constructor(options?: EventLogOptions);

  /** Records in the log; also the `seq` of the newest. */
  readonly length: number;
  /** Hash of the newest record, 64 hex digits; zeros while the log is empty. */
  readonly head: string;

  /**
   * Appends a record.
   *
   * @throws JobfoldError `topic_empty`, `topic_invalid`.
   */
  append(
    topic: string,
    kind: string,
    payload: JsonValue | EventLike,
    headers?: Readonly<Record<string, string>>,
  ): Appended;
  /** The same with the payload's JSON text, which is kept to the byte. */
  appendJson(topic: string, kind: string, payload: string, headers?: Readonly<Record<string, string>>): Appended;
  /** The records of a topic, or all, in order. */
  records(topic?: string): LogRecord[];
  /** Checks every hash and every link. */
  verify(): Verification;

  /** All records as NDJSON, payloads as JSON strings: importing it gives back the same bytes and hashes. */
  exportNdjson(): string;
  /**
   * Takes exported records in after those already there, and verifies them while doing so. Atomic. Records that the log
   * already has are passed over.
   *
   * @returns How many records were added.
   * @throws JobfoldError if a line is not a record, the chain breaks, or it does not continue this log.
   */
  importNdjson(ndjson: string | ArrayBuffer | ArrayBufferView): number;

  /**
   * Sends the events of a topic to a daemon, or writes the whole log to a file (Node only).
   * The daemon tells duplicates by their dedupe key, so that pushing again is harmless.
   *
   * @throws JobfoldError `E_TIMEOUT`, `E_UNREACHABLE`, `E_REFUSED`, `E_BAD_ANSWER`, `E_FILE`, `E_UNSUPPORTED`. Batches
   *   that the daemon had acknowledged before stay there.
   */
  push(target: DaemonAddress | FileAddress, options?: TransferOptions): Promise<PushReport>;

  /**
   * Fetches events from a daemon page by page, or reads an exported log from a file (Node only), and appends what this
   * log does not have.
   *
   * @throws JobfoldError as `push`, and as `importNdjson` for a file. Pages taken before the fault stay in.
   */
  pull(source: DaemonAddress | FileAddress, options?: TransferOptions): Promise<PullReport>;

  /** Gives the memory back. Using the log afterwards throws `E_FREED`; freeing it again does nothing. */
  free(): void;
  /** The same, for `using`. */
  [Symbol.dispose](): void;
}

/** A daemon. */
export interface DaemonAddress {
  /** Its address, such as `http://127.0.0.1:7433`. */
  readonly url: string | UrlLike;
  /** Its token; sent as a bearer token, never shown in an error. */
  readonly token?: string;
  /** Does the requests. Default: the platform's `fetch`. */
  readonly fetch?: (url: string, init: object) => Promise<ResponseLike>;
}

/** A file, in Node. */
export interface FileAddress {
  /** Its path. */
  readonly file: string | UrlLike;
}

/** Options of `EventLog.push` and `EventLog.pull`. */
export interface TransferOptions {
  /** The topic of events to move to or from a daemon. Default `dashboard.jobs.events`. A file holds all topics. */
  readonly topic?: string;
  /** Longest wait for one request, in milliseconds. Default 30,000. */
  readonly timeout_ms?: number;
  /** Most events in one request. Default 500, which is also the most. */
  readonly batch_max?: number;
  /** Stops the transfer: an `AbortSignal`. */
  readonly signal?: { readonly aborted: boolean; addEventListener(type: 'abort', listener: () => void): void };
}

/** What `EventLog.push` did. */
export interface PushReport {
  /** Events or records sent. */
  readonly sent: number;
  /** Those that the receiver did not have yet. */
  readonly accepted: number;
  /** Those that it had. */
  readonly duplicates: number;
}

/** What `EventLog.pull` did. */
export interface PullReport {
  /** Events or records received. */
  readonly received: number;
  /** Those that this log did not have and that were appended. */
  readonly appended: number;
  /** Those that it had. */
  readonly duplicates: number;
}

/** The log that `emit` appends to when none is given: one for each loaded copy of the package. */
export declare function default_log(): EventLog;

/** How large the core's memory is, in bytes; 0 before it is started. It grows with what views and logs hold, never shrinks. */
export declare function memory_bytes(): number;

/** Checks the chain of exported NDJSON, or of records as `EventLog.records()` gives them for the whole log. */
export declare function verify_log(log: string | ArrayBuffer | ArrayBufferView | readonly LogRecord[]): Verification;
