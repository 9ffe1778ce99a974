/**
 * The functions of the dashboard contract, each in its object form and its JSON-text form.
 *
 * Owns the translation of arguments, and which log an emitting function appends to. The contract itself is the core's.
 */
import { enter } from './core.js';
import { JobfoldError } from './error.js';
import { writeTexts } from './input.js';
import { given, requireText, textOf } from './json.js';
import { default_log, EventLog, withLog } from './log.js';

// --- Objects in and out ---------------------------------------------------------------------------------------------

export function dashboard_job_event(kind, input, options) {
  return JSON.parse(dashboard_job_event_json(textOf(kind, 'kind'), textOf(input, 'input'), textOf(options, 'options')));
}

export function dashboard_job_validate(event) {
  dashboard_job_validate_json(textOf(event, 'event'));
  return event;
}

export function dashboard_job_dedupe_key(kind, job_id, run_id, timestamp, source_id) {
  return JSON.parse(
    dashboard_job_dedupe_key_json(
      textOf(kind, 'kind'),
      textOf(job_id, 'job_id'),
      textOf(run_id, 'run_id'),
      textOf(timestamp, 'timestamp'),
      textOf(source_id, 'source_id'),
    ),
  );
}

export function dashboard_job_dedupe_events(events) {
  return JSON.parse(dashboard_job_dedupe_events_json(textOf(events, 'events')));
}

export function dashboard_jobs_snapshot(events, options) {
  return JSON.parse(dashboard_jobs_snapshot_json(textOf(events, 'events'), textOf(options, 'options')));
}

export function dashboard_jobs_view(events, options) {
  const { log, rest } = apart(options);
  return JSON.parse(dashboard_jobs_view_json(textOf(events, 'events'), textOf(rest, 'options'), log));
}

export function dashboard_job_emit(event, options) {
  const { log, rest } = apart(options);
  return JSON.parse(dashboard_job_emit_json(textOf(event, 'event'), textOf(rest, 'options'), log));
}

// --- JSON text in and out -------------------------------------------------------------------------------------------

/** Texts of a call; what they say is the core's to judge. */
const texts = (fn, args) => writeTexts([fn, ...args]);

const pure = (fn, ...args) => enter((core) => core.call_pure(texts(fn, args)));

const logged = (log, fn, ...args) =>
  withLog(logOrDefault(log), (core, handle, at_ms) => core.call_logged(handle, at_ms, texts(fn, args)));

export function dashboard_job_event_json(kind, input, options) {
  return pure('dashboard_job_event', given(kind, 'kind'), given(input, 'input'), given(options, 'options'));
}

export function dashboard_job_validate_json(event) {
  pure('dashboard_job_validate', given(event, 'event'));
  return event;
}

export function dashboard_job_dedupe_key_json(kind, job_id, run_id, timestamp, source_id) {
  const seed = { kind, job_id, run_id, timestamp, source_id };
  return pure('dashboard_job_dedupe_key', ...Object.entries(seed).map(([name, text]) => given(text, name)));
}

export function dashboard_job_dedupe_events_json(events) {
  return pure('dashboard_job_dedupe_events', given(events, 'events'));
}

export function dashboard_jobs_snapshot_json(events, options) {
  return pure('dashboard_jobs_snapshot', given(events, 'events'), given(options, 'options'));
}

export function dashboard_jobs_view_json(events, options, log) {
  return logged(log, 'dashboard_jobs_view', given(events, 'events'), given(options, 'options'));
}

export function dashboard_job_emit_json(event, options, log) {
  return logged(log, 'dashboard_job_emit', given(event, 'event'), given(options, 'options'));
}

export function call_json(fn, args, log) {
  return logged(log, 'call', requireText(fn, 'fn'), requireText(args, 'args'));
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
