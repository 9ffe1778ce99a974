/**
 * Makes the calls of conformance cases on the npm package: the same code in Node and in the page.
 *
 * Takes a request, gives an answer; compares nothing and knows no case. Text stays text: only the `object` form parses,
 * and only where the asker has checked that no number is lost by it.
 */

const LOGGED = new Set(['dashboard_jobs_view', 'dashboard_job_emit']);

/** Answers one request after the other; requests with the same `log` share an EventLog. */
export function makeRunner(jobfold) {
  const logs = new Map();
  return (request) => {
    if (request.form === 'history') return foldHistory(jobfold, request);
    if (!logs.has(request.log)) logs.set(request.log, new jobfold.EventLog());
    const log = logs.get(request.log);
    try {
      return request.form === 'text' ? inText(jobfold, log, request) : inObjects(jobfold, log, request);
    } catch (error) {
      if (error instanceof jobfold.JobfoldError) return { code: error.code, path: error.path };
      return { broke: `${error?.stack ?? error}` };
    }
  };
}

/** Null stands for the array of built events. */
const fill = (args, built) => args.map((arg) => arg ?? built);

function inText(jobfold, log, { build, fn, args, topic }) {
  const built = build.map((spec) => jobfold.dashboard_job_event_json(...spec));
  const texts = fill(args, `[${built.join(',')}]`);
  const call = jobfold[`${fn}_json`];
  const output = call
    ? call(...(LOGGED.has(fn) ? [texts[0], texts[1], log] : texts))
    : jobfold.call_json(fn, `[${texts.join(',')}]`, log);
  return { output, records: topic === null ? undefined : jobfold.call_json('topic_records', `[${topic}]`, log) };
}

function inObjects(jobfold, log, { build, fn, args, topic }) {
  const built = build.map((spec) => jobfold.dashboard_job_event(...spec.map((text) => JSON.parse(text))));
  const values = args.map((arg) => (arg === null ? built : JSON.parse(arg)));
  if (LOGGED.has(fn)) values[1] = withLog(values[1], log);
  const call = jobfold[fn];
  const output = call ? call(...values) : JSON.parse(jobfold.call_json(fn, JSON.stringify(values), log));
  const records = topic === null ? undefined : jobfold.call_json('topic_records', `[${topic}]`, log);
  return { output: JSON.stringify(output), records };
}

/** Options that are no object cannot carry a log, and cannot ask for an emit either. */
function withLog(options, log) {
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options);
  return isObject ? { ...options, log } : options;
}

const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

/** Pushes a history's bytes into a view; answers its cards and digest at each position, or how it was refused. */
function foldHistory(jobfold, { events, positions }) {
  const view = new jobfold.JobsView({ history: true });
  try {
    const { offered, unique, duplicates } = view.push(bytesOf(events));
    const states = positions.map((position) => {
      view.seek(position);
      return { cards: view.cardsJson(), digest: view.digest() };
    });
    return { offered, unique, duplicates, states };
  } catch (error) {
    if (!(error instanceof jobfold.JobfoldError)) return { broke: `${error?.stack ?? error}` };
    const { code, path, item, offset } = error;
    return { code, path, item, offset };
  } finally {
    view.free();
  }
}
