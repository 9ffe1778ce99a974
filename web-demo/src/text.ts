/*
 * Every English string of the page, in one place. Whole sentences with their variables, never pieces to be joined;
 * numbers and dates come formatted by `Intl`.
 */
const number = new Intl.NumberFormat('en');
const plural = new Intl.PluralRules('en');

export function count(value: number): string {
  return number.format(value);
}

function events(value: number): string {
  return plural.select(value) === 'one' ? `${count(value)} event` : `${count(value)} events`;
}

function jobs(value: number): string {
  return plural.select(value) === 'one' ? `${count(value)} job` : `${count(value)} jobs`;
}

const kib = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

function size(bytes: number): string {
  return bytes < 1_048_576 ? `${kib.format(bytes / 1024)} KiB` : `${kib.format(bytes / 1_048_576)} MiB`;
}

export const text = {
  app: {
    name: 'Jobfold',
    skip: 'Skip to the jobs',
    openFile: 'Open a log file',
    dropHere: 'Drop an NDJSON file to look at it. It stays on this machine.',
    theme: { auto: 'Theme: as the system', light: 'Theme: light', dark: 'Theme: dark' },
    help: 'Keyboard and help',
  },
  source: {
    live: 'Live',
    title: (kind: string, name: string) => (name === '' ? kind : `${kind}: ${name}`),
    close: 'Close this history and go back to the daemon',
    opening: 'Connecting',
    loading: 'Reading',
    gone: 'Not connected',
    file: 'File',
    none: 'No source',
  },
  query: {
    label: 'Search jobs',
    placeholder: 'Search, or status:failed queue:mail error~timeout',
    clear: 'Clear the search',
    fault: (reason: string) => `This search cannot be read: ${reason}`,
  },
  status: {
    scheduled: 'Scheduled',
    queued: 'Queued',
    running: 'Running',
    succeeded: 'Succeeded',
    failed: 'Failed',
    waiting_approval: 'Waiting approval',
    dlq: 'Dead letter',
    canceled: 'Canceled',
    unknown: 'Unknown',
    other: (status: string) => `Unknown: ${status}`,
    filters: 'Filter by status',
    all: 'All jobs',
    filterButton: (current: string) => `Status: ${current}`,
    showing: (shown: number, all: number) => `${count(shown)} of ${jobs(all)}`,
  },
  list: {
    label: 'Jobs',
    cards: 'Cards',
    rows: 'List',
    layout: 'Layout',
    columns: { status: 'Status', job: 'Job', queue: 'Queue', detail: 'Needs attention', refs: 'Links', updated: 'Updated' },
    queue: 'Queue',
    depth: (depth: string) => `${depth} waiting`,
    depthTitle: (queue: string, depth: string) => `Queue ${queue}, depth ${depth}`,
    updated: (at: string) => `Updated ${at}`,
    moreRefs: (more: number) => `+${count(more)}`,
    pending: 'Loading',
    lastError: (error: string) => `Last error: ${error}`,
  },
  empty: {
    title: 'No jobs yet',
    body: 'Start the daemon and send it job events, or look at a recorded history. Everything is folded in this page.',
    liveBody: 'The daemon is there and its log is empty. Send it a first event:',
    command: 'jobfold serve',
    sendCommand: (origin: string) =>
      `curl -H "Authorization: Bearer $(cat ~/.local/state/jobfold/token)" --json '{"kind":"run.started","job_id":"hello","run_id":"run-1","timestamp":"2026-01-01T12:00:00Z"}' ${origin}/v1/events`,
    copyCommand: 'Copy the command',
    sample: 'Load the sample log',
    file: 'Open an NDJSON file',
    drop: 'or drop one anywhere on this page',
    nothingRead: 'Nothing could be read',
    noHits: 'No job matches this search',
    nothingAtPosition: 'No job existed at this moment',
    excluders: 'Drop the filter that excludes everything:',
    drop_term: (term: string, hits: number) => `Drop ${term}, leaves ${jobs(hits)}`,
    clear: 'Clear the whole search',
  },
  loading: {
    title: (label: string) => `Reading ${label}`,
    progress: (done: number, read: number, all: number) =>
      all > 0 ? `${events(done)}, ${size(read)} of ${size(all)}` : `${events(done)}, ${size(read)}`,
    connecting: (host: string) => `Connecting to ${host}`,
  },
  gone: {
    title: 'The daemon does not answer.',
    body: (age: string) => `Last state received ${age}. Nothing is lost: the page resumes where it stopped.`,
    retryIn: (seconds: number) =>
      plural.select(seconds) === 'one' ? 'Next try in 1 second' : `Next try in ${count(seconds)} seconds`,
    retrying: 'Trying now',
    retry: 'Try now',
  },
  signedOut: {
    title: 'Not signed in',
    body: 'This page needs a session. Open the one-time link that the daemon printed when it started; a new one comes from:',
    command: 'jobfold link',
    retry: 'Try again',
  },
  fault: {
    title: 'The history could not be folded further.',
    detail: (code: string, message: string) => `${message} (${code})`,
    lastGood: (position: number) => `Last good position: seq ${count(position)}.`,
    export: 'Export the events up to here',
    workerFailed: 'the fold worker could not be started',
    dismiss: 'Dismiss',
  },
  notice: {
    label: 'Notices',
    log_replaced: 'The daemon has another log than before. The page was built again from its first event.',
    linkCopied: 'Link copied. It shows the same search, job and moment.',
    dismiss: 'Dismiss',
  },
  past: {
    title: 'Viewing the past',
    body: (position: number, head: number) => `seq ${count(position)} of ${count(head)}`,
    back: 'Return to live',
    end: 'Go to the end',
  },
  scrubber: {
    label: 'Time travel',
    slider: 'Position in the history',
    spoken: (position: number, head: number, time: string) => `seq ${count(position)} of ${count(head)}, ${time}`,
    spokenLive: (head: number, time: string) => `live, seq ${count(head)}, ${time}`,
    noTime: 'no time',
    stepBack: 'One event back',
    stepForward: 'One event forward',
    previousFailure: 'Previous failure',
    nextFailure: 'Next failure',
    noNextFailure: 'No later failure in this history.',
    noPreviousFailure: 'No earlier failure in this history.',
    live: 'Live',
    end: 'End',
    pause: 'Pause',
    seq: 'Sequence number',
    of: (head: number) => `of ${count(head)}`,
    at: 'at seq',
    digest: 'State digest',
    copyDigest: 'Copy the state digest',
    export: 'Export the events up to here as NDJSON',
    failures: 'Failures',
    approvals: 'Approvals',
    deadLetters: 'Dead letters',
    table: 'Events over the history',
    range: (from: number, to: number) => `seq ${count(from)} to ${count(to)}`,
    events: 'Events',
  },
  detail: {
    label: (title: string) => `Job ${title}`,
    close: 'Close the job',
    copyLink: 'Copy a link to this',
    copied: 'Copied',
    copyFailed: 'The browser refused to copy',
    missing: 'This job does not exist at the moment shown.',
    loading: 'Loading the job',
    eventJson: 'Event as JSON',
    overview: 'Overview',
    error: 'Last error',
    approval: 'Approval',
    dlq: 'Dead letter',
    result: 'Last result',
    refs: 'Links',
    actions: 'Allowed actions',
    actionsNote: 'This version shows what may be done and does not do it: acting needs the approval gate of a later one.',
    actionNavigation: 'navigation',
    actionNeedsApproval: (effect: string) => `${effect}, needs approval`,
    actionPast: 'Viewing the past: nothing can be acted on here.',
    events: (total: number) => `Events (${count(total)})`,
    eventsMore: (more: number) => `Show ${count(more)} older`,
    showJson: (position: number) => `Event at seq ${count(position)} as JSON`,
    goTo: (position: number) => `Look at the moment of seq ${count(position)}`,
    seq: (position: number) => `seq ${count(position)}`,
    card: 'Card as JSON',
    copyCard: 'Copy the card',
    copyEvent: 'Copy the event',
    members: {
      run_id: 'Run',
      queue: 'Queue',
      queue_depth: 'Queue depth',
      priority: 'Priority',
      workflow_id: 'Workflow',
      trigger_id: 'Trigger',
      binding_id: 'Binding',
      latest_event_id: 'Latest event',
      request_id: 'Request',
      status: 'Status',
      requested_at: 'Requested',
      decided_at: 'Decided',
      reviewer: 'Reviewer',
      expires_at: 'Expires',
      summary: 'Summary',
      dlq_id: 'Entry',
      state: 'State',
      attempts: 'Attempts',
      error_class: 'Error class',
      final_error: 'Final error',
      replay_of_event_id: 'Replay of',
      updated_at: 'Updated',
      job_id: 'Job',
    } as Record<string, string>,
  },
  help: {
    title: 'Keyboard',
    close: 'Close',
    keys: [
      ['/', 'Search'],
      ['j  k', 'Next or previous job'],
      ['Enter', 'Open the job'],
      ['Esc', 'Back'],
      ['[  ]', 'One event back or forward'],
      ['{  }', 'Previous or next failure'],
      ['Space', 'Pause or go live'],
      ['v', 'Cards or list'],
      ['c', 'Copy a link to this'],
      ['?', 'This help'],
    ] as [string, string][],
    single: 'Use single-letter keys',
    marks: 'Marks',
    lanes: 'The strip at the foot has three lanes: failures on top, approvals in the middle, dead letters below.',
    about:
      'Everything on this page is computed by the jobfold package from the events alone. The digest names the exact state: the same file gives the same digest in',
    command: 'jobfold replay FILE',
  },
  announce: {
    arrivals: (fresh: number, counts: [string, number][]) =>
      `${events(fresh)} came in. ${counts.map(([status, jobs_in]) => `${count(jobs_in)} ${status.replaceAll('_', ' ')}`).join(', ')}.`,
    results: (found: number) => `${jobs(found)} found.`,
  },
} as const;
