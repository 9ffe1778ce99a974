/**
 * The declarations, used as a stranger uses them. Compiled, never run: `npm run types` fails when a promise of the
 * types breaks. Each `@ts-expect-error` is a mistake that the compiler must catch. Knows only the package's entries.
 */
import type { JobCard, JobEvent, JobStatus, JobStatusRead, KnownJobEvent } from 'jobfold/types';
import {
  dashboard_job_event,
  dashboard_job_validate,
  dashboard_jobs_view,
  EventLog,
  init,
  JobfoldError,
  JobsView,
  verify_log,
} from 'jobfold';
import * as inline from 'jobfold/inline';
import * as slim from 'jobfold/slim';
import { WorkerView } from 'jobfold/worker';

/** Fails to compile unless both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<T extends true>(_reason: string, _proof?: T): void {}

// An event is told apart by its kind, and brings what the kind promises.
const requested = dashboard_job_event('approval.requested', { job_id: 'digest', source_timestamp: 't' });
holds<Same<typeof requested.kind, 'approval.requested'>>('a known kind stays literal');
const request_id: string = requested.approval.request_id;

function describe(event: JobEvent): string {
  switch (event.kind) {
    case 'run.started':
      return event.run_id;
    case 'dlq.created':
      return event.dlq.dlq_id;
    case 'receipt.available':
      return event.receipt_refs[0].kind;
    default:
      return event.run_id ?? event.kind;
  }
}
holds<Same<KnownJobEvent['schema'], 'harn.dashboard_job_event.v1'>>('the schema is literal');

// An unknown kind is taken, and read back as text.
const unknown = dashboard_job_event('run.paused', { job_id: 7, source_timestamp: 't', anything: [1, { deep: true }] });
const kind: string = unknown.kind;

// Reading: any status. Writing: only those of the contract.
const read: JobStatusRead = 'paused_by_operator';
dashboard_job_event('run.started', { job_id: 'a', run_id: 'r', source_timestamp: 't' }, { status: 'running' });
const foreign = { status: 'paused_by_operator' } as const;
// @ts-expect-error a status outside the contract is not written
dashboard_job_event('run.started', { job_id: 'a', run_id: 'r', source_timestamp: 't' }, foreign);
// @ts-expect-error a status outside the contract is not a known one
const known: JobStatus = 'paused_by_operator';

// What is read is not to be changed.
declare const card: JobCard;
// @ts-expect-error cards are read-only
card.status = 'failed';

// Views: every way in.
await init();
using view = new JobsView({ history: { checkpoint_events: 2000 } });
view.push('{}\n');
view.push(new Uint8Array(2));
view.push(new ArrayBuffer(2));
view.push(requested);
view.push([requested, unknown]);
view.push(JSON.parse('{}') as Record<string, never>);
// @ts-expect-error a number is no event
view.push(7);
const cards: JobCard[] = view.cards();
const some: (JobCard | null)[] = view.cards(view.changes(0).indices);
const head: number = view.head;
// @ts-expect-error the position is moved by seek
view.position = 3;

// The log belongs into the options of whatever emits, and nowhere else.
const log = new EventLog({ now: () => 0 });
const document = dashboard_jobs_view([requested], { emit: true, topic: 'demo', log });
const id: number | undefined = document.receipts[0]?.event_log_id;
// @ts-expect-error a view has a log of its own, or none
new JobsView({ log });
const fault: string | undefined = verify_log(log.records()).fault?.code;
await log.push({ url: 'http://127.0.0.1:1', token: 't' });
await log.pull({ file: 'log.ndjson' });

// Validation gives back the type it was given.
const same: typeof requested = dashboard_job_validate(requested);

// Errors are errors, with a code that may be compared with anything.
const error = new Error() as JobfoldError;
const poisoned: boolean = error.code === 'E_POISONED' || error.code === 'of_a_newer_core';
const item: number | null = error.item;

// `slim` needs a module, `inline` takes none.
await slim.init(new Uint8Array(0));
// @ts-expect-error nothing to start from
await slim.init();
await inline.init();
// @ts-expect-error it brings its own
await inline.init(new Uint8Array(0));
// One class, whichever entry it came through.
const through: JobsView = new inline.JobsView();

// The worker answers later, and moves no event through the page's thread.
const remote = await WorkerView.open({ history: true });
const update = await remote.update();
const changed: (JobCard | null)[] = await remote.cards(update.indices);
// @ts-expect-error a worker's view is opened, not constructed
new WorkerView();

export {
  describe,
  kind,
  read,
  known,
  request_id,
  cards,
  some,
  head,
  id,
  fault,
  same,
  poisoned,
  item,
  through,
  changed,
};
