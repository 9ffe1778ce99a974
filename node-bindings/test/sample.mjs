/** A few events for the tests of this folder, made by the contract itself. */
import { dashboard_job_event } from 'jobfold';

/** The n-th moment of an invented day. */
const at = (n) => `2031-03-04T05:06:${String(n % 60).padStart(2, '0')}Z`;

/** Six events of three jobs; the fourth fails. */
export function sampleEvents() {
  const run = (kind, n, job, more = {}) =>
    dashboard_job_event(kind, {
      job_id: job,
      run_id: `${job}-1`,
      source_timestamp: at(n),
      source_id: `fact-${n}`,
      ...more,
    });
  return [
    run('run.queued', 1, 'digest', { queue: 'mail', queue_depth: 3 }),
    run('run.started', 2, 'digest'),
    run('run.queued', 3, 'backup', { queue: 'disk' }),
    run('run.failed', 4, 'digest', { error: 'mailbox full' }),
    dashboard_job_event('approval.requested', {
      job_id: 'refund',
      approval_request_id: 'ask-1',
      source_timestamp: at(5),
    }),
    run('run.succeeded', 6, 'backup', { receipt_id: 'rc-1' }),
  ];
}

/** The same as JSON Lines. */
export const sampleLines = () =>
  sampleEvents()
    .map((event) => `${JSON.stringify(event)}\n`)
    .join('');

/** Runs `work` and answers what it threw; fails if it threw nothing. */
export function thrownBy(work) {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('expected a refusal, got an answer');
}

/** The same for a promise. */
export const rejectionOf = (promise) =>
  promise.then(
    () => Promise.reject(new Error('expected a refusal, got an answer')),
    (error) => error,
  );
