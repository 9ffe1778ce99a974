/**
 * The functions of the dashboard contract, each in its object form and its JSON-text form.
 *
 * Owns the translation of arguments, and which log an emitting function appends to. The contract itself is the core's.
 */
import { enter } from './core.js';
import { JobfoldError } from './error.js';
import { optionalText, optionalTextOf, parse, requireText, textOf } from './json.js';
import { default_log, EventLog, withLog } from './log.js';

// --- Objects in and out ---------------------------------------------------------------------------------------------

export function dashboard_job_event(kind, input, options) {
  return parse(
    dashboard_job_event_json(textOf(kind, 'kind'), textOf(input, 'input'), optionalTextOf(options, 'options')),
  );
}

export function dashboard_job_validate(event) {
  dashboard_job_validate_json(textOf(event, 'event'));
  return event;
}

export function dashboard_job_dedupe_key(kind, job_id, run_id, timestamp, source_id) {
  return parse(
    dashboard_job_dedupe_key_json(
      textOf(kind, 'kind'),
      textOf(job_id, 'job_id'),
      optionalTextOf(run_id, 'run_id'),
      optionalTextOf(timestamp, 'timestamp'),
      optionalTextOf(source_id, 'source_id'),
    ),
  );
}

export function dashboard_job_dedupe_events(events) {
  return parse(dashboard_job_dedupe_events_json(textOf(events, 'events')));
}

export function dashboard_jobs_snapshot(events, options) {
  return parse(dashboard_jobs_snapshot_json(textOf(events, 'events'), optionalTextOf(options, 'options')));
}

export function dashboard_jobs_view(events, options) {
  const { log, rest } = apart(options);
  return parse(dashboard_jobs_view_json(textOf(events, 'events'), optionalTextOf(rest, 'options'), log));
}

export function dashboard_job_emit(event, options) {
  const { log, rest } = apart(options);
  return parse(dashboard_job_emit_json(textOf(event, 'event'), optionalTextOf(rest, 'options'), log));
}

// --- JSON text in and out -------------------------------------------------------------------------------------------

/** Missing counts as null, and what null means is the contract's to say. */
const given = (text, name) => optionalText(text, name) ?? 'null';

export function dashboard_job_event_json(kind, input, options) {
  const texts = [given(kind, 'kind'), given(input, 'input'), optionalText(options, 'options')];
  return enter((core) => core.dashboard_job_event(...texts));
}

export function dashboard_job_validate_json(event) {
  const text = given(event, 'event');
  enter((core) => core.dashboard_job_validate(text));
  return event;
}

export function dashboard_job_dedupe_key_json(kind, job_id, run_id, timestamp, source_id) {
  const texts = [
    given(kind, 'kind'),
    given(job_id, 'job_id'),
    optionalText(run_id, 'run_id'),
    optionalText(timestamp, 'timestamp'),
    optionalText(source_id, 'source_id'),
  ];
  return enter((core) => core.dashboard_job_dedupe_key(...texts));
}

export function dashboard_job_dedupe_events_json(events) {
  const text = given(events, 'events');
  return enter((core) => core.dashboard_job_dedupe_events(text));
}

export function dashboard_jobs_snapshot_json(events, options) {
  const texts = [given(events, 'events'), optionalText(options, 'options')];
  return enter((core) => core.dashboard_jobs_snapshot(...texts));
}

export function dashboard_jobs_view_json(events, options, log) {
  const texts = [given(events, 'events'), optionalText(options, 'options')];
  return withLog(logOrDefault(log), (core, handle, at_ms) => core.dashboard_jobs_view(handle, at_ms, ...texts));
}

export function dashboard_job_emit_json(event, options, log) {
  const texts = [given(event, 'event'), optionalText(options, 'options')];
  return withLog(logOrDefault(log), (core, handle, at_ms) => core.dashboard_job_emit(handle, at_ms, ...texts));
}

export function call_json(fn, args, log) {
  const texts = [requireText(fn, 'fn'), requireText(args, 'args')];
  return withLog(logOrDefault(log), (core, handle, at_ms) => core.call(handle, at_ms, ...texts));
}

// --- Which log ------------------------------------------------------------------------------------------------------

/** A log cannot be written as JSON: it is taken out of the options, and the rest crosses. */
function apart(options) {
  if (options === null || typeof options !== 'object' || !('log' in options)) return { log: undefined, rest: options };
  const { log, ...rest } = options;
  return { log, rest };
}

function logOrDefault(log) {
  if (log == null) return default_log();
  if (log instanceof EventLog) return log;
  throw new JobfoldError('arguments_invalid', 'options.log: expected an EventLog of this copy of the package', {
    path: 'options.log',
  });
}
