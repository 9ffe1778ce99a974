/**
 * The streams that the benchmarks fold: the same bytes on every machine.
 *
 * Envelopes of about 1.2 kB, built the way a runtime's are (`dashboard_job_event`, payload retained), of all 17 kinds,
 * over so many jobs. Owns the generator and its variants. Must not know what is measured.
 */

const KINDS = [
  'scheduled_job.created',
  'scheduled_job.updated',
  'scheduled_job.canceled',
  'run.queued',
  'run.started',
  'run.progress',
  'run.succeeded',
  'run.failed',
  'approval.requested',
  'approval.approved',
  'approval.denied',
  'approval.expired',
  'receipt.available',
  'replay_fixture.available',
  'dlq.created',
  'dlq.replayed',
  'dlq.dismissed',
];

/** A small generator of numbers below a bound; good enough to mix, and the same everywhere. */
function dice(seed) {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state >>> 16;
  };
  return (bound) => (next() * 32768 + next()) % bound;
}

const pad = (number, width) => String(number).padStart(width, '0');

/** What a runtime would report about the n-th fact. */
function inputOf(n, kind, job, roll) {
  const input = {
    job_id: `job-${job}`,
    run_id: `run-${roll(1000)}`,
    source_timestamp: `2031-03-${pad(1 + (Math.floor(n / 86400) % 28), 2)}T05:06:07.${pad(n % 1000000, 6)}Z`,
    source_id: `fact-${n}`,
    workflow_id: `workflow://local/flow-${job % 97}`,
    queue: `queue-${job % 7}`,
    queue_depth: roll(100),
    attempt: 1 + roll(3),
    max_attempts: 3,
    detail: { host: `worker-${roll(40)}`, pid: 1000 + roll(30000), tags: ['nightly', `tier-${roll(4)}`] },
  };
  const family = kind.split('.')[0];
  if (family === 'approval') Object.assign(input, { approval_request_id: `ask-${n}`, reviewer: `person-${roll(9)}` });
  if (family === 'dlq') Object.assign(input, { dlq_id: `dead-${n}`, error_class: 'timeout' });
  if (kind === 'receipt.available') input.receipt_id = `rc-${roll(6)}`;
  if (kind === 'replay_fixture.available') input.replay_id = `fx-${roll(6)}`;
  if (kind === 'run.failed') input.error = `upstream ${roll(50)} did not answer`;
  if (kind === 'run.succeeded') input.result = { rows: roll(100000), digest: `d-${roll(100000)}` };
  if (roll(3) === 0) input.status_url = `https://runtime.example/jobs/${job}/runs/${n}`;
  return input;
}

/** `{lines}`: one JSON text an event. */
export function generate(jobfold, { events, jobs, seed = 7 }) {
  const roll = dice(seed);
  const lines = [];
  for (let n = 0; n < events; n += 1) {
    const kind = KINDS[roll(KINDS.length)];
    const input = JSON.stringify(inputOf(n, kind, roll(jobs), roll));
    lines.push(jobfold.dashboard_job_event_json(JSON.stringify(kind), input));
  }
  return lines;
}

/** The same events, each line with its members in one of so many orders. */
export function withLayouts(lines, layouts, seed = 11) {
  const roll = dice(seed);
  const orders = Array.from({ length: layouts }, (_, layout) => shuffler(seed + 7919 * layout));
  return lines.map((line) => {
    const event = JSON.parse(line);
    const shuffle = orders[roll(layouts)];
    return JSON.stringify(Object.fromEntries(shuffle(Object.entries(event))));
  });
}

/** The same order for the same number of members: a layout. */
function shuffler(seed) {
  return (entries) => {
    const roll = dice(seed);
    const mixed = [...entries];
    for (let last = mixed.length - 1; last > 0; last -= 1) {
      const other = roll(last + 1);
      [mixed[last], mixed[other]] = [mixed[other], mixed[last]];
    }
    return mixed;
  };
}

/** Lines as the bytes of a file. */
export const bytesOf = (lines) => new TextEncoder().encode(`${lines.join('\n')}\n`);

const KEY_DIGITS = 8;

/**
 * The same events again and again as new ones: answers a function that overwrites the first digits of each dedupe key,
 * in place, and gives the bytes back.
 */
export function renewable(lines) {
  const bytes = bytesOf(lines);
  const marker = new TextEncoder().encode('"dedupe_key":"dashboard_job:');
  const places = [];
  let start = 0;
  for (const line of lines) {
    places.push(start + line.indexOf('"dedupe_key":"dashboard_job:') + marker.length);
    start += new TextEncoder().encode(line).length + 1;
  }
  let round = 0;
  return () => {
    round += 1;
    const digits = new TextEncoder().encode(pad(round, KEY_DIGITS));
    for (const place of places) bytes.set(digits, place);
    return bytes;
  };
}
