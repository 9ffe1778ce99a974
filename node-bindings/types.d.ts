/**
 * The wire types of the dashboard contract and of the records of the log.
 *
 * Owns the shape of what crosses the boundary: envelopes, cards, views, receipts, records. Knows no class and no
 * function; those are in `index.d.ts`. Written by hand, because the contract is open: unknown kinds, statuses and
 * members survive a read, which a type generated from closed Rust structs would deny.
 *
 * Two directions, two strictnesses. What is *read* may hold a status or kind of a newer producer; what is *written*
 * names only what the contract knows. "Absent" below means that the member is missing: the core drops members whose
 * value is null, the empty text or the text `null`. Events made elsewhere may spell absence as `null`.
 */

// --- JSON -----------------------------------------------------------------------------------------------------------

/** Any value JSON can carry. Integers beyond 2^53 and `1.0` lose their exact form here; the text forms keep them. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object. The order of its members carries no meaning. */
export interface JsonObject {
  readonly [member: string]: JsonValue | undefined;
}

// --- Kinds and statuses ---------------------------------------------------------------------------------------------

/** The 17 kinds of event that the contract names. Compared exactly, case included. */
export type JobEventKind =
  | 'scheduled_job.created'
  | 'scheduled_job.updated'
  | 'scheduled_job.canceled'
  | 'run.queued'
  | 'run.started'
  | 'run.progress'
  | 'run.succeeded'
  | 'run.failed'
  | 'approval.requested'
  | 'approval.approved'
  | 'approval.denied'
  | 'approval.expired'
  | 'dlq.created'
  | 'dlq.replayed'
  | 'dlq.dismissed'
  | 'receipt.available'
  | 'replay_fixture.available';

/** Not exported and absent at run time: it only gives the compiler a text that equals none of the 17 kinds. */
declare enum OutsideTheContract {
  Kind = 'a kind outside the contract',
}

/**
 * A kind that the contract does not name: any text at run time. The compiler treats it as a text of its own, so that
 * `event.kind === 'run.started'` narrows a union that also holds unknown kinds. To compare with a kind of one's own,
 * first read it as text: `const kind: string = event.kind`.
 */
export type UnknownJobEventKind = OutsideTheContract.Kind;

/** The statuses that the contract gives by default. These are the ones to write. */
export type JobStatus =
  'scheduled' | 'queued' | 'running' | 'waiting_approval' | 'succeeded' | 'failed' | 'canceled' | 'dlq' | 'unknown';

/** A status as it may be read: a producer may have written one of its own. Show it as it is. */
export type JobStatusRead = JobStatus | (string & {});

// --- Parts of an event ----------------------------------------------------------------------------------------------

/** The runtime that reported the event. */
export interface JobSource {
  /** Name of the runtime; `harn` unless the producer said otherwise. */
  readonly runtime: string;
  /** Where it runs; `local` unless the producer said otherwise. `cloud` changes the default clock label. */
  readonly environment: string;
  /** The producer's own id of the fact behind the event; part of the dedupe seed. Absent if it gave none. */
  readonly id?: string | null;
  /** Page of the fact at the producer. Absent if unknown. */
  readonly url?: string | null;
  /** Region of the runtime. Absent if unknown. */
  readonly region?: string | null;
}

/** Whose clock, and what it showed. */
export interface JobSourceClock {
  /** Label of the clock, such as `harn-local` or `harn-cloud`. */
  readonly kind: string;
  /** Time of the fact, exactly as the producer wrote it: usually RFC 3339, never parsed or compared by the fold. */
  readonly timestamp: string;
}

/** A reference to something kept elsewhere: a receipt, a replay fixture, a source record. */
export interface JobRef {
  /** What is referred to, such as `receipt`, `replay_fixture` or `source`. */
  readonly kind: string;
  /** Text for people. Absent if none. */
  readonly label?: string | null;
  /** Its id. A ref has an id, a url, or both. */
  readonly id?: string | null;
  /** Its address. A ref has an id, a url, or both. */
  readonly url?: string | null;
}

/** An approval as an event or card carries it. */
export interface JobApproval {
  /** Id of the request that is waited for or was decided. Required on `approval.*` events. */
  readonly request_id?: string | null;
  /** State of the request; `requested` by default. An open set. */
  readonly status: string;
  /** When it was asked for, as the producer wrote it. Absent if unknown. */
  readonly requested_at?: string | null;
  /** When it was decided, as the producer wrote it. Absent while open. */
  readonly decided_at?: string | null;
  /** Who decided or is to decide. Absent if unknown. */
  readonly reviewer?: string | null;
  /** When it lapses, as the producer wrote it. Absent if it does not. */
  readonly expires_at?: string | null;
  /** What is asked, for people. Absent if none. */
  readonly summary?: string | null;
}

/** A dead letter as an event or card carries it. */
export interface JobDlq {
  /** Id of the dead letter. Required on `dlq.*` events. */
  readonly dlq_id?: string | null;
  /** Its state; `pending` by default. An open set. */
  readonly state: string;
  /** Attempts made before it died: an integer. Absent if unknown. */
  readonly attempts?: number | null;
  /** Class of the error. Absent if unknown. */
  readonly error_class?: string | null;
  /** The last error's text. Absent if unknown. */
  readonly final_error?: string | null;
  /** Id of the event that a replay repeats. Absent unless it was replayed. */
  readonly replay_of_event_id?: string | null;
}

/** The kinds of action that the core itself attaches. */
export type JobActionKind =
  'open_job' | 'open_receipt' | 'open_replay_fixture' | 'review_approval' | 'replay_dlq' | 'dismiss_dlq';

/** The effects that the core itself writes. */
export type JobActionEffect =
  'navigation' | 'read' | 'host_approval_decision' | 'orchestrator_replay' | 'orchestrator_dlq_state';

/** Something a host may offer to do. Descriptive only: the host owns the approval and the doing. */
export interface JobActionIntent {
  /** What to do. An open set when read. */
  readonly kind: JobActionKind | (string & {});
  /** Text for a button. */
  readonly label: string;
  /** What it acts on: `job_id`, and `run_id`, refs or ids where they apply. */
  readonly target: JsonObject;
  /** What it would change. Everything but `navigation` and `read` needs an approval. */
  readonly effect: JobActionEffect | (string & {});
  /** True when a person must approve first. Never false for an effect that writes. */
  readonly requires_approval: boolean;
}

/** What the producer said about the payload's sensitivity. */
export interface JobPrivacy {
  /** The payload was redacted before it came here. */
  readonly redacted: boolean;
  /** `raw_payload` holds the original payload; if false it is `{}`. */
  readonly raw_payload_retained: boolean;
  /** The payload holds sensitive data. */
  readonly contains_sensitive: boolean;
  /** Labels of the producer, blanks dropped. */
  readonly flags: readonly string[];
}

// --- Events ---------------------------------------------------------------------------------------------------------

/** What every event has, whatever its kind. */
export interface JobEventBase {
  /** Name and version of the envelope. */
  readonly schema: 'harn.dashboard_job_event.v1';
  /** Id of the event; derived from `dedupe_key` unless the producer gave one. */
  readonly id: string;
  /** Two events with the same key are the same event: the first one counts. */
  readonly dedupe_key: string;
  /** The runtime that reported it. */
  readonly source: JobSource;
  /** Whose clock, and what it showed. */
  readonly source_clock: JobSourceClock;
  /** Tenant the job belongs to. Absent for single-tenant producers. */
  readonly tenant_id?: string | null;
  /** Workspace the job belongs to. Absent if there is none. */
  readonly workspace_id?: string | null;
  /** Key of the card that the event updates. */
  readonly job_id: string;
  /** The run, that is one attempt at the job. Required on `run.*` events. */
  readonly run_id?: string | null;
  /** Workflow the job runs. Absent if unknown. */
  readonly workflow_id?: string | null;
  /** Trigger that started it. Absent if unknown. */
  readonly trigger_id?: string | null;
  /** Binding of the trigger. Absent if unknown. */
  readonly binding_id?: string | null;
  /** Id of the runtime's own event. Absent if unknown. */
  readonly event_id?: string | null;
  /** State to show. Neutral kinds do not change the card's status. */
  readonly status: JobStatusRead;
  /** Name for people; the job id if nothing better is known. */
  readonly title: string;
  /** One line for people. */
  readonly summary: string;
  /** Queue the run waits in. Absent if unknown. */
  readonly queue?: string | null;
  /** Length of that queue, in items: an integer. Absent if unknown. */
  readonly queue_depth?: number | null;
  /** Priority as the producer writes it. Absent if unknown. */
  readonly priority?: string | null;
  /** Number of this attempt: an integer, usually from 1. Absent if unknown. */
  readonly attempt?: number | null;
  /** Attempts allowed in all: an integer. Absent if unknown. */
  readonly max_attempts?: number | null;
  /** The approval waited for or decided. Required on `approval.*` events. */
  readonly approval?: JobApproval | null;
  /** The dead letter. Required on `dlq.*` events. */
  readonly dlq?: JobDlq | null;
  /** What the run produced, free-form. Absent if nothing. */
  readonly result?: JsonObject | null;
  /** What went wrong. Absent if nothing did. */
  readonly error?: string | null;
  /** Receipts that prove what happened. */
  readonly receipt_refs: readonly JobRef[];
  /** Recorded histories to replay. */
  readonly replay_refs: readonly JobRef[];
  /** Other records, such as the source page. */
  readonly related_refs: readonly JobRef[];
  /** What a host may offer to do. */
  readonly action_intents: readonly JobActionIntent[];
  /** What the producer said about sensitivity. */
  readonly privacy: JobPrivacy;
  /** The producer's payload as it came; `{}` when it was not retained. */
  readonly raw_payload: JsonObject;
}

/** A job was scheduled, its schedule changed, or it was taken off the schedule. */
export interface ScheduledJobEvent<
  K extends JobEventKind = 'scheduled_job.created' | 'scheduled_job.updated' | 'scheduled_job.canceled',
> extends JobEventBase {
  /** Which of the three. */
  readonly kind: K;
}

/** A run changed its state or reported progress. */
export interface RunEvent<
  K extends JobEventKind = 'run.queued' | 'run.started' | 'run.progress' | 'run.succeeded' | 'run.failed',
> extends JobEventBase {
  /** What happened to the run. */
  readonly kind: K;
  /** The run: present and not blank. */
  readonly run_id: string;
}

/** An approval was asked for, given, refused, or came too late. */
export interface ApprovalEvent<
  K extends JobEventKind = 'approval.requested' | 'approval.approved' | 'approval.denied' | 'approval.expired',
> extends JobEventBase {
  /** What happened to the request. */
  readonly kind: K;
  /** The approval: present, with its request id. */
  readonly approval: JobApproval & { readonly request_id: string };
}

/** A run was put among the dead letters, replayed from there, or dismissed. */
export interface DlqEvent<
  K extends JobEventKind = 'dlq.created' | 'dlq.replayed' | 'dlq.dismissed',
> extends JobEventBase {
  /** What happened to the dead letter. */
  readonly kind: K;
  /** The dead letter: present, with its id. */
  readonly dlq: JobDlq & { readonly dlq_id: string };
}

/** A receipt can be fetched. Neutral: it adds refs and leaves title and status of the card alone. */
export interface ReceiptEvent extends JobEventBase {
  /** Always this kind. */
  readonly kind: 'receipt.available';
  /** At least one. */
  readonly receipt_refs: readonly [JobRef, ...JobRef[]];
}

/** A replay fixture can be fetched. Neutral: it adds refs and leaves title and status of the card alone. */
export interface ReplayFixtureEvent extends JobEventBase {
  /** Always this kind. */
  readonly kind: 'replay_fixture.available';
  /** At least one. */
  readonly replay_refs: readonly [JobRef, ...JobRef[]];
}

/** An event of one of the 17 kinds, discriminated by `kind`. */
export type KnownJobEvent =
  | ScheduledJobEvent<'scheduled_job.created'>
  | ScheduledJobEvent<'scheduled_job.updated'>
  | ScheduledJobEvent<'scheduled_job.canceled'>
  | RunEvent<'run.queued'>
  | RunEvent<'run.started'>
  | RunEvent<'run.progress'>
  | RunEvent<'run.succeeded'>
  | RunEvent<'run.failed'>
  | ApprovalEvent<'approval.requested'>
  | ApprovalEvent<'approval.approved'>
  | ApprovalEvent<'approval.denied'>
  | ApprovalEvent<'approval.expired'>
  | DlqEvent<'dlq.created'>
  | DlqEvent<'dlq.replayed'>
  | DlqEvent<'dlq.dismissed'>
  | ReceiptEvent
  | ReplayFixtureEvent;

/** An event of a kind that the contract does not name. It folds like any other. */
export interface UnknownJobEvent extends JobEventBase {
  /** The producer's kind. */
  readonly kind: UnknownJobEventKind;
}

/** Any valid event, as it is read. */
export type JobEvent = KnownJobEvent | UnknownJobEvent;

/** The event that belongs to a kind. */
export type JobEventOf<K extends JobEventKind> = Extract<KnownJobEvent, { readonly kind: K }>;

// --- What the normaliser takes --------------------------------------------------------------------------------------

/** Text, or a value that the contract turns into text: `7` becomes `"7"`. Null and blank text count as missing. */
export type TextLike = string | number | boolean | null | JsonObject | readonly JsonValue[];

/** A ref given by a producer: a kind, and an id or a url. */
export interface JobRefInput {
  /** What is referred to. */
  readonly kind: TextLike;
  /** Text for people. */
  readonly label?: TextLike;
  /** Its id. */
  readonly id?: TextLike;
  /** Its address. */
  readonly url?: TextLike;
}

/** An action given by a producer instead of the default ones. */
export interface JobActionIntentInput {
  /** What to do. */
  readonly kind: JobActionKind | (string & {});
  /** Text for a button. */
  readonly label: string;
  /** What it acts on. */
  readonly target: JsonObject;
  /** What it would change. */
  readonly effect: JobActionEffect | (string & {});
  /** Must be true unless the effect is `navigation` or `read`. */
  readonly requires_approval: boolean;
}

/** Members that the input and the options of `dashboard_job_event` share; the options win. */
export interface JobEventFields {
  /** Kind, used when the argument is null. */
  readonly kind?: JobEventKind | (string & {}) | null;
  /** Key of the card. Falls back to the schedule, workflow, trigger or binding id. */
  readonly job_id?: TextLike;
  /** The run. */
  readonly run_id?: TextLike;
  /** Time of the fact. Required here, or in one of the many members it falls back to. */
  readonly source_timestamp?: TextLike;
  /** The same, second choice. */
  readonly timestamp?: TextLike;
  /** Whose clock: `{kind, timestamp}`, or just its label. */
  readonly source_clock?: { readonly kind?: TextLike; readonly timestamp?: TextLike } | TextLike;
  /** Runtime that reports; `harn` by default. */
  readonly runtime?: TextLike;
  /** Where it runs; `local` by default. */
  readonly environment?: TextLike;
  /** The producer's own id of the fact. */
  readonly source_id?: TextLike;
  /** Page of the fact at the producer. */
  readonly source_url?: TextLike;
  /** Region of the runtime. */
  readonly region?: TextLike;
  /** Tenant. */
  readonly tenant_id?: TextLike;
  /** Workspace. */
  readonly workspace_id?: TextLike;
  /** Workflow. */
  readonly workflow_id?: TextLike;
  /** Trigger. */
  readonly trigger_id?: TextLike;
  /** Binding of the trigger. */
  readonly binding_id?: TextLike;
  /** Id of the runtime's own event. */
  readonly event_id?: TextLike;
  /** Queue. */
  readonly queue?: TextLike;
  /** Priority. */
  readonly priority?: TextLike;
  /** What went wrong. */
  readonly error?: TextLike;
  /** Name for people; the job id by default. */
  readonly title?: TextLike;
  /** One line for people; made from status and job id by default. */
  readonly summary?: TextLike;
  /** State to show, instead of the kind's default. Taken as it is. */
  readonly status?: JobStatus | null;
  /** Key that tells duplicates, instead of the derived one. */
  readonly dedupe_key?: string | null;
  /** Length of the queue, in items: an integer. */
  readonly queue_depth?: number | null;
  /** Number of this attempt: an integer. */
  readonly attempt?: number | null;
  /** Attempts allowed in all: an integer. */
  readonly max_attempts?: number | null;
  /** What the run produced. */
  readonly result?: JsonObject | null;
  /** Receipts; without a list, one is made from `receipt_id` and `receipt_url`. */
  readonly receipt_refs?: readonly JobRefInput[] | null;
  /** Id of the one receipt. */
  readonly receipt_id?: TextLike;
  /** Address of the one receipt. */
  readonly receipt_url?: TextLike;
  /** Replay fixtures; without a list, one is made from `replay_id` and `replay_url`. */
  readonly replay_refs?: readonly JobRefInput[] | null;
  /** Id of the one replay fixture. */
  readonly replay_id?: TextLike;
  /** Address of the one replay fixture. */
  readonly replay_url?: TextLike;
  /** Other records; without a list, one is made from the source url. */
  readonly related_refs?: readonly JobRefInput[] | null;
  /** Actions, instead of the kind's default ones. */
  readonly action_intents?: readonly JobActionIntentInput[] | null;
  /** The approval; wins whole over the single members. */
  readonly approval?: Partial<Record<keyof JobApproval, TextLike>> | null;
  /** Id of the approval request. */
  readonly approval_request_id?: TextLike;
  /** State of the approval. */
  readonly approval_status?: TextLike;
  /** The dead letter; wins whole over the single members. */
  readonly dlq?: Partial<Record<keyof JobDlq, TextLike>> | null;
  /** Id of the dead letter. */
  readonly dlq_id?: TextLike;
}

/**
 * What a runtime reports: the members the contract looks for, and anything else, which is kept in `raw_payload`.
 * A nested `raw_payload` (or `payload`, `provider_payload`) is what is kept, and is searched after the input itself.
 */
export interface JobEventInput extends JobEventFields {
  /** The original payload. The whole input, if no payload is nested. */
  readonly raw_payload?: JsonObject | null;
  /** What the producer says about sensitivity. */
  readonly privacy?: Partial<JobPrivacy> | null;
  readonly [member: string]: unknown;
}

/** What a host says about the event; wins over the input. */
export interface JobEventOptions extends JobEventFields {
  /** Id of the event, instead of the derived one. */
  readonly id?: string | null;
  /** False leaves the original payload out: `raw_payload` becomes `{}`. True by default. */
  readonly raw_payload_retained?: boolean | null;
  /** The payload was redacted. False by default. */
  readonly redacted?: boolean | null;
  /** The payload holds sensitive data. False by default. */
  readonly contains_sensitive?: boolean | null;
  /** Labels about sensitivity. */
  readonly privacy_flags?: readonly TextLike[] | null;
}

// --- Cards, snapshots, views, receipts ------------------------------------------------------------------------------

/** What is known of one job at one position: the fold of its events. */
export interface JobCard {
  /** Name and version of the card. */
  readonly schema: 'harn.dashboard_job_card.v1';
  /** Key of the card. */
  readonly job_id: string;
  /** Name for people, of the latest event that was not neutral. Absent only if an event erased it. */
  readonly title?: string;
  /** State to show, of the latest event that was not neutral. Absent only if an event erased it. */
  readonly status?: JobStatusRead;
  /** Id of the latest event, neutral ones included. */
  readonly latest_event_id?: string;
  /** Source time of the latest event, as its producer wrote it. */
  readonly updated_at?: string;
  /** The latest run named. Absent if none was. */
  readonly run_id?: string;
  /** The latest workflow named. Absent if none was. */
  readonly workflow_id?: string;
  /** The latest trigger named. Absent if none was. */
  readonly trigger_id?: string;
  /** The latest binding named. Absent if none was. */
  readonly binding_id?: string;
  /** The latest queue named. Absent if none was. */
  readonly queue?: string;
  /** The latest queue length, in items. Absent if none was given. */
  readonly queue_depth?: number;
  /** The latest priority. Absent if none was given. */
  readonly priority?: string;
  /** The latest approval, whole. Absent if none was given. */
  readonly approval?: JobApproval;
  /** The latest dead letter, whole. Absent if none was given. */
  readonly dlq?: JobDlq;
  /** The latest result. Absent if none was given. */
  readonly last_result?: JsonObject;
  /** The latest error; a later success does not clear it. Absent if none was given. */
  readonly last_error?: string;
  /** All receipts seen, in order of appearance. */
  readonly receipt_refs: readonly JobRef[];
  /** All replay fixtures seen, in order of appearance. */
  readonly replay_refs: readonly JobRef[];
  /** All other records seen, in order of appearance. */
  readonly related_refs: readonly JobRef[];
  /** What a host may offer now: those of the latest event, and those that neutral events added. */
  readonly action_intents: readonly JobActionIntent[];
}

/** Options of `dashboard_jobs_snapshot`. */
export interface JobsSnapshotOptions {
  /** Carried through as it is; null if missing. The core has no clock. */
  readonly generated_at?: JsonValue;
}

/** Cards of a stream of events. */
export interface JobsSnapshot {
  /** Name and version of the snapshot. */
  readonly schema: 'harn.dashboard_jobs_snapshot.v1';
  /** What the options said, or null. */
  readonly generated_at: JsonValue;
  /** The cards, in order of each job's first event. */
  readonly jobs: readonly JobCard[];
}

/** A static view: the events, their cards, and receipts of what was emitted. */
export interface JobsViewDocument {
  /** Name and version of the view. */
  readonly schema: 'harn.dashboard_jobs_view.v1';
  /** What the options said, or null. */
  readonly generated_at: JsonValue;
  /** What the options said, or `Jobs`. */
  readonly title: JsonValue;
  /** The events without duplicates, in the order given. */
  readonly events: readonly JobEvent[];
  /** The cards, in order of each job's first event. */
  readonly jobs: readonly JobCard[];
  /** One for each event appended to the log; empty unless `emit` was set. */
  readonly receipts: readonly JobEmitReceipt[];
}

/** Proof that an event was appended to a log. */
export interface JobEmitReceipt {
  /** Name and version of the receipt. */
  readonly schema: 'harn.dashboard_job_event_emit_receipt.v1';
  /** Topic it was appended to. */
  readonly topic: string;
  /** Kind of the record. */
  readonly kind: 'dashboard_job_event';
  /** Offset of the record within its topic, from 1. */
  readonly event_log_id: number;
  /** The event as it was appended. */
  readonly event: JobEvent;
}

// --- Records of the log ---------------------------------------------------------------------------------------------

/** One record of the hash-chained log. */
export interface LogRecord {
  /** Position in the log, from 1, without gaps. */
  readonly seq: number;
  /** Topic: ASCII letters, digits, `.`, `_`, `-`. */
  readonly topic: string;
  /** Position within the topic, from 1, without gaps. */
  readonly topic_seq: number;
  /** Kind of the record, such as `dashboard_job_event`. */
  readonly kind: string;
  /** The payload's exact JSON text, as it was appended. */
  readonly payload: string;
  /** Headers by name. */
  readonly headers: Readonly<Record<string, string>>;
  /** When it was appended, in milliseconds since 1970 UTC, by the clock of whoever appended it. */
  readonly at_ms: number;
  /** Hash of the record before it, 64 hex digits; of the first record all zeros. */
  readonly prev: string;
  /** BLAKE3 over all of the above, 64 hex digits. */
  readonly hash: string;
}

// Only what is marked `export` leaves this file.
export {};
