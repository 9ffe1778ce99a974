/*
 * Histories for tests and for the bundled sample, made from a seed: the same seed gives the same bytes anywhere.
 * Envelopes are built by the npm package, as a stranger would build them.
 */
import { dashboard_job_event_json, init } from 'jobfold';

/** A small generator of pseudo-random numbers (mulberry32): quality is no matter here, repeatability is. */
export function randomFrom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    below: (n) => Math.floor(next() * n),
    pick: (list) => list[Math.floor(next() * list.length)],
    chance: (p) => next() < p,
  };
}

const WORKFLOWS = [
  [
    'invoice-export',
    'Export invoices',
    'finance',
    ['S3 answered 503 SlowDown after 4 attempts', 'column total_cents is null in row 1841'],
  ],
  [
    'mail-digest',
    'Send the daily digest',
    'mail',
    ['550 5.1.1 mailbox unavailable for 3 of 412 recipients', 'template digest/v3 not found'],
  ],
  ['image-resize', 'Resize uploaded images', 'media', ['vips: out of memory while decoding a 19,200 x 10,800 image']],
  [
    'search-reindex',
    'Rebuild the search index',
    'search',
    ['shard 7 refused the snapshot: version 412 is behind 415', 'timeout after 900 s'],
  ],
  ['ledger-close', 'Close the ledger', 'finance', ['debits and credits differ by 0.01 EUR in account 4400']],
  [
    'deploy-web',
    'Deploy web to production',
    'deploy',
    ['health check failed: 2 of 6 instances answered 502', 'image digest does not match the signed manifest'],
  ],
  ['backup-verify', 'Verify last night’s backup', 'ops', ['restored table orders has 12 rows less than its manifest']],
  ['user-import', 'Import users from the directory', 'sync', ['LDAP result 51: busy', 'duplicate e-mail in line 88']],
  ['fraud-score', 'Score new payments', 'risk', ['model fraud-v12 returned NaN for payment 77120']],
  ['report-weekly', 'Weekly revenue report', 'finance', ['query cancelled after 300 s: statement timeout']],
  ['cache-warm', 'Warm the edge cache', 'ops', ['connection reset by peer: edge-fra-3']],
  ['video-transcode', 'Transcode videos', 'media', ['ffmpeg exited with 187: moov atom not found']],
  ['webhook-fanout', 'Deliver webhooks', 'hooks', ['endpoint answered 410 Gone', 'TLS certificate of the receiver expired']],
  ['schema-migrate', 'Migrate the orders schema', 'deploy', ['lock timeout on table orders after 30 s']],
  ['gdpr-erase', 'Erase a customer’s data', 'privacy', ['object store refused: retention lock until next month']],
  ['price-sync', 'Synchronise prices', 'sync', ['feed is older than 6 hours']],
];

const MINUTE_MS = 60_000;

/**
 * Specs `[kind, input]` of a believable day. Every job is scheduled, then runs one or more times; some runs fail, are
 * retried, wait for an approval, die and come back.
 */
export function day({ seed, jobs, runs_max, start = '2026-11-18T06:00:00.000Z' }) {
  const random = randomFrom(seed);
  const timeline = [];
  const begin = Date.parse(start);
  for (let at = 0; at < jobs; at += 1) jobHistory(at, random, begin, runs_max, timeline);
  timeline.sort((a, b) => a.at_ms - b.at_ms || a.order - b.order);
  return timeline.map(({ kind, input }) => [kind, input]);
}

function jobHistory(at, random, begin, runs_max, timeline) {
  const [id, name, queue, errors] = WORKFLOWS[at % WORKFLOWS.length];
  const serial = Math.floor(at / WORKFLOWS.length);
  const job_id = serial === 0 ? id : `${id}-${String(serial).padStart(3, '0')}`;
  const title = serial === 0 ? name : `${name}, region ${serial}`;
  const base = { job_id, title, queue, workflow_id: `wf_${id}`, source: { runtime: 'harn', environment: 'production' } };
  let clock = begin + random.below(60 * MINUTE_MS);
  const tell = (kind, more, after_ms) => {
    clock += after_ms;
    const input = {
      ...base,
      source_timestamp: new Date(clock).toISOString(),
      source_id: `src-${at}-${timeline.length}`,
      raw_payload: {},
      ...more,
    };
    timeline.push({ at_ms: clock, order: timeline.length, kind, input });
  };
  tell('scheduled_job.created', { priority: random.pick(['low', 'normal', 'high']) }, 0);
  const runs = 1 + random.below(runs_max);
  for (let run = 1; run <= runs; run += 1) {
    const last = run === runs;
    runHistory(`run_${job_id}_${run}`, last, random, errors, tell);
  }
}

function runHistory(run_id, last, random, errors, tell) {
  const wait = () => 2_000 + random.below(9 * MINUTE_MS);
  tell('run.queued', { run_id, queue_depth: random.below(40), attempt: 1, max_attempts: 3 }, wait());
  if (last && random.chance(0.1)) return;
  if (random.chance(0.12)) {
    const approval = {
      request_id: `apr_${run_id}`,
      summary: random.pick([
        'Production change: needs a second pair of eyes',
        'Touches personal data of 1,204 customers',
        'Costs an estimated 310 EUR',
      ]),
      requested_at: '2026-11-18T07:00:00Z',
      expires_at: '2026-11-19T07:00:00Z',
    };
    tell('approval.requested', { run_id, approval }, 4_000);
    if (last && random.chance(0.5)) return;
    if (random.chance(0.2)) {
      tell('approval.denied', { run_id, approval: { ...approval, status: 'denied', reviewer: 'mira' } }, wait());
      return;
    }
    tell('approval.approved', { run_id, approval: { ...approval, status: 'approved', reviewer: 'jonas' } }, wait());
  }
  tell('run.started', { run_id, queue_depth: random.below(12), attempt: 1 }, 3_000 + random.below(MINUTE_MS));
  if (random.chance(0.5)) tell('run.progress', { run_id, summary: `${10 + random.below(80)} % done` }, wait());
  if (last && random.chance(0.1)) return;
  const failing = random.chance(0.28);
  if (!failing) {
    tell('run.succeeded', { run_id, result: { rows: random.below(90_000), bytes: random.below(9_000_000) } }, wait());
    if (random.chance(0.6))
      tell('receipt.available', { run_id, receipt_id: `rcpt_${run_id}`, receipt_url: `https://receipts.example/${run_id}` }, 900);
    return;
  }
  const error = random.pick(errors);
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    tell('run.failed', { run_id, attempt, max_attempts: 3, error }, wait());
    if (random.chance(last ? 0.15 : 0.5)) {
      tell('run.started', { run_id, attempt: attempt + 1 }, MINUTE_MS);
      tell('run.succeeded', { run_id, result: { rows: random.below(900) } }, wait());
      return;
    }
  }
  if (random.chance(0.5)) return;
  const dlq = { dlq_id: `dlq_${run_id}`, attempts: 3, final_error: error, error_class: 'permanent' };
  tell('dlq.created', { run_id, error, dlq }, 1_000);
  if (random.chance(0.35))
    tell(
      'replay_fixture.available',
      { run_id, replay_id: `fx_${run_id}`, replay_url: `https://fixtures.example/${run_id}` },
      2_000,
    );
  if (random.chance(0.25)) tell('dlq.replayed', { run_id, dlq: { ...dlq, state: 'replayed' } }, wait());
  else if (random.chance(0.2)) tell('dlq.dismissed', { run_id, dlq: { ...dlq, state: 'dismissed' } }, wait());
}

/** A job whose every text tries to be something else, and a kind and a status nobody knows. */
export function hostile() {
  const base = {
    job_id: '<script>alert(1)</script>',
    title: '"><img src=x onerror=alert(1)> \u202Egnirts',
    source_timestamp: 'yesterday, about noon',
  };
  return [
    ['quota.exceeded', { ...base, status: 'paused by <b>ops</b>', source_timestamp: '2026-11-18T09:00:00Z', queue: '</span>' }],
    [
      'run.failed',
      {
        ...base,
        job_id: '__proto__',
        run_id: 'constructor',
        error: `${'x'.repeat(900)} <script>`,
        related_refs: [{ kind: 'link', label: 'click', url: 'javascript:alert(1)' }],
      },
    ],
  ];
}

/** Envelopes as JSON Lines. */
export async function lines(specs) {
  await init();
  return specs.map(([kind, input]) => dashboard_job_event_json(JSON.stringify(kind), JSON.stringify(input)));
}
