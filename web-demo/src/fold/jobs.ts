/*
 * The one door to the npm package: a view with history, and the few conversions between its answers and the page's
 * messages.
 *
 * Owns the spelling of the package's API. Nothing here sorts, filters, counts or decides: it names members of what the
 * core wrote. No other file of the page imports `jobfold`.
 */
import { EventLog, init, JobfoldError, JobsView } from 'jobfold';
import type { ActionIntent, EventLine, JobDetail, Member, Ref, Row } from '../protocol';
import { indentJson, memberText } from './jsontext';

/** Events between two checkpoints of the history; the dashboard specification's figure. */
const CHECKPOINT_EVENTS = 2_000;
const ERROR_CHARS_MAX = 400;
const REFS_SHOWN_MAX = 1;

export async function ready(): Promise<void> {
  await init();
}

export function newView(): JobsView {
  return new JobsView({ history: { checkpoint_events: CHECKPOINT_EVENTS } });
}

/** Code and text of whatever was thrown; `item` is the refused event's ordinal in what was pushed, from 1. */
export function described(error: unknown): { code: string; message: string; item: number | null } {
  if (error instanceof JobfoldError) return { code: error.code, message: error.message, item: error.item };
  return { code: 'page_fault', message: error instanceof Error ? error.message : String(error), item: null };
}

type Json = Record<string, unknown>;

/** A value of a card as text for a cell; undefined when the member is absent. */
function text(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Only members that are present, because the page's types tell absent from empty. */
function present<T extends object>(members: { [K in keyof T]: T[K] | undefined }): T {
  for (const name of Object.keys(members) as (keyof T)[]) if (members[name] === undefined) delete members[name];
  return members as T;
}

function clipped(value: unknown): string | undefined {
  const whole = text(value);
  return whole && whole.length > ERROR_CHARS_MAX ? `${whole.slice(0, ERROR_CHARS_MAX)}…` : whole;
}

function refs(card: Json): Ref[] {
  const all: Ref[] = [];
  for (const name of ['receipt_refs', 'replay_refs', 'related_refs']) {
    for (const ref of (card[name] as Json[] | undefined) ?? []) {
      all.push(
        present<Ref>({ kind: text(ref['kind']) ?? '', label: text(ref['label']), id: text(ref['id']), url: text(ref['url']) }),
      );
    }
  }
  return all;
}

export function rowOf(index: number, card_json: string): Row {
  const card = JSON.parse(card_json) as Json;
  const approval = card['approval'] as Json | undefined;
  const dlq = card['dlq'] as Json | undefined;
  const all = refs(card);
  return present<Row>({
    index,
    job_id: text(card['job_id']) ?? '',
    title: text(card['title']) ?? text(card['job_id']) ?? '',
    status: text(card['status']) ?? 'unknown',
    run_id: text(card['run_id']),
    queue: text(card['queue']),
    queue_depth: text(card['queue_depth']),
    priority: text(card['priority']),
    updated_at: text(card['updated_at']) ?? '',
    error_text: clipped(card['last_error']),
    approval_text: approval && (clipped(approval['summary']) ?? text(approval['request_id'])),
    dlq_text: dlq && (clipped(dlq['final_error']) ?? text(dlq['dlq_id'])),
    refs: all.slice(0, REFS_SHOWN_MAX),
    refs_total: all.length,
  });
}

const MEMBERS = ['run_id', 'queue', 'queue_depth', 'priority', 'workflow_id', 'trigger_id', 'binding_id', 'latest_event_id'];

function members(of: Json | undefined, names: string[]): Member[] {
  const out: Member[] = [];
  for (const name of names) {
    const value = text(of?.[name]);
    if (value !== undefined) out.push({ name, value });
  }
  return out;
}

export function detailOf(index: number, card_json: string, events: EventLine[], events_total: number): JobDetail {
  const card = JSON.parse(card_json) as Json;
  const approval = card['approval'] as Json | undefined;
  const dlq = card['dlq'] as Json | undefined;
  const result = memberText(card_json, 'last_result');
  return present<JobDetail>({
    row: { ...rowOf(index, card_json), ...present<{ error_text?: string }>({ error_text: text(card['last_error']) }) },
    members: members(card, MEMBERS),
    approval: members(approval, approval ? Object.keys(approval) : []),
    dlq: members(dlq, dlq ? Object.keys(dlq) : []),
    result_json: result === null ? undefined : indentJson(result),
    refs: refs(card),
    intents: ((card['action_intents'] as ActionIntent[] | undefined) ?? []).map((intent) => ({
      kind: String(intent.kind),
      label: String(intent.label),
      effect: String(intent.effect),
      requires_approval: intent.requires_approval === true,
    })),
    card_json: indentJson(card_json),
    events,
    events_total,
  });
}

export function lineOf(position: number, event_json: string): EventLine {
  const event = JSON.parse(event_json) as Json;
  const clock = event['source_clock'] as Json | undefined;
  return present<EventLine>({
    position,
    kind: text(event['kind']) ?? '',
    status: text(event['status']) ?? 'unknown',
    at: text(clock?.['timestamp']) ?? '',
    summary: text(event['summary']) ?? '',
    run_id: text(event['run_id']),
    error_text: clipped(event['error']),
  });
}

/** Topic of the envelopes (dashboard contract §8); records of other topics are none of this page's business. */
export const TOPIC = 'dashboard.jobs.events';

const EXPORT_START = '{"format":';

/** Whether bytes are the start of an exported log (docs of the log format: the first member of a line is `format`). */
export function isExport(start: Uint8Array): boolean {
  return new TextDecoder().decode(start.subarray(0, EXPORT_START.length)) === EXPORT_START;
}

/** Whether bytes are the start of a JSON array. */
export function isArray(start: Uint8Array): boolean {
  return /^\s*\[/.test(new TextDecoder().decode(start.subarray(0, 1_024)));
}

/**
 * The events of an exported log, whose lines are records with the payload inside as a string. The package checks the
 * chain on the way: a log that was tampered with is refused, not shown.
 */
export function eventsOfExport(ndjson: Uint8Array): Uint8Array {
  const log = new EventLog();
  try {
    log.importNdjson(ndjson);
    const payloads = log.records(TOPIC).map((record) => record.payload);
    return new TextEncoder().encode(`[${payloads.join(',')}]`);
  } finally {
    log.free();
  }
}

export type { JobsView };
