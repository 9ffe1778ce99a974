/*
 * The fold worker: everything about events happens on this side of the message channel.
 *
 * Owns the switch between sources and the reading of the page's requests. It must not touch how a source is read
 * (live.ts, file.ts) nor what is sent when (session.ts).
 */
import type { Connection, FromFold, Source, ToFold } from '../protocol';
import { feed } from './file';
import { described, eventsOfExport, isArray, isExport, ready, TOPIC } from './jobs';
import { indentJson } from './jsontext';
import { LiveFeed, type LiveRecord } from './live';
import { Session } from './session';

const EVENTS_PATH = './v1/events';
const SAMPLE_PATH = './sample.ndjson';

let session: Session | null = null;
let live: LiveFeed | null = null;
/** Counts opened sources, so that a source that was left does not write into its successor. */
let generation = 0;

function send(message: FromFold): void {
  self.postMessage(message);
}

function connection(state: Connection): void {
  send({ type: 'connection', connection: state });
}

function fault(code: string, message: string): void {
  send({ type: 'fault', code, message, position: session?.head ?? 0 });
}

/** Folds bytes and says where the fault is in the whole history when the core refuses them. */
function push(bytes: Uint8Array): void {
  const before = session!.head;
  try {
    session!.push(isExport(bytes) ? eventsOfExport(bytes) : bytes);
  } catch (error) {
    const { code, message, item } = described(error);
    send({ type: 'fault', code, message, position: item === null ? before : before + item - 1 });
    throw error;
  }
}

function start(position: number | null): number {
  live?.stop();
  live = null;
  session?.end();
  send({ type: 'restart' });
  session = new Session(send, position);
  generation += 1;
  return generation;
}

async function open(source: Source, page: string, position: number | null): Promise<void> {
  // A page opened from disk has no daemon behind it, and may not ask.
  if (source.kind === 'auto' && page.startsWith('file:')) connection({ state: 'empty' });
  else if (source.kind === 'auto' || source.kind === 'live') openLive(new URL(EVENTS_PATH, page).href, position);
  else if (source.kind === 'sample') await openSample(new URL(SAMPLE_PATH, page).href, position);
  else await openStream(source.file.stream(), source.file.name, source.file.size, position);
}

async function openSample(url: string, position: number | null): Promise<void> {
  const mine = generation + 1;
  const response = await fetch(url);
  if (generation >= mine) return;
  if (!response.ok || !response.body) {
    start(position);
    fault('sample_missing', `the sample log could not be read: HTTP ${response.status}`);
    return;
  }
  await openStream(response.body, 'sample.ndjson', Number(response.headers.get('content-length') ?? 0), position);
}

async function openStream(
  stream: ReadableStream<Uint8Array>,
  label: string,
  bytes_total: number,
  position: number | null,
): Promise<void> {
  const mine = start(position);
  const mineStill = (): boolean => generation === mine;
  connection({ state: 'loading', label, events: 0, bytes: 0, bytes_total });
  try {
    await feed(stream, {
      isOne: (start) => isArray(start) || isExport(start),
      piece: push,
      progress: (bytes) => connection({ state: 'loading', label, events: session!.head, bytes, bytes_total }),
      pause: async () => {
        await macrotask();
        return mineStill();
      },
    });
  } catch (error) {
    if (!mineStill()) return;
    if (described(error).code === 'page_fault') fault('source_unreadable', described(error).message);
  }
  if (!mineStill()) return;
  session!.complete();
  connection({ state: 'complete', label });
}

function openLive(url: string, position: number | null): void {
  const mine = start(position);
  const text = new TextEncoder();
  const feed = new LiveFeed(url, {
    records: async (records: LiveRecord[]) => {
      if (generation !== mine) return;
      const payloads = records.filter((record) => record.topic === TOPIC).map((record) => record.payload);
      // An array, not lines: a payload is stored as it arrived and may span lines.
      try {
        if (payloads.length > 0) push(text.encode(`[${payloads.join(',')}]`));
      } catch (error) {
        feed.stop();
        throw error;
      }
      await macrotask();
    },
    reset: () => {
      session?.end();
      send({ type: 'restart' });
      session = new Session(send, null);
      send({ type: 'notice', code: 'log_replaced' });
    },
    connection,
    absent: () => connection({ state: 'empty' }),
    fault,
  });
  live = feed;
  feed.run().catch((error: unknown) => fault(described(error).code, described(error).message));
}

/** Lets waiting messages and timers run; a timer of zero is clamped to 4 ms when nested, a port is not. */
function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

function exportEvents(): void {
  send({ type: 'export', ...session!.exported() });
}

function handle(message: ToFold): void {
  if (message.type === 'open') {
    open(message.source, message.page, message.position).catch((error: unknown) =>
      fault(described(error).code, described(error).message),
    );
    return;
  }
  if (message.type === 'retry') live?.retry();
  if (!session) return;
  switch (message.type) {
    case 'query':
      return session.setQuery(message.text);
    case 'window':
      return session.setWindow(message.from, message.to);
    case 'seek':
      return session.seek(message.position);
    case 'live':
      return session.live();
    case 'pause':
      return session.pause();
    case 'step':
      return session.step(message.by);
    case 'failure':
      return session.toFailure(message.direction);
    case 'density':
      return session.setBuckets(message.buckets);
    case 'select':
      return session.select(message.job_id, message.events_max);
    case 'event': {
      const json = session.event(message.position);
      return send({ type: 'event', position: message.position, json: json === null ? null : indentJson(json) });
    }
    case 'export':
      return exportEvents();
  }
}

const waiting: ToFold[] = [];
let is_ready = false;

self.onmessage = (message: MessageEvent<ToFold>) => {
  if (!is_ready) {
    waiting.push(message.data);
    return;
  }
  try {
    handle(message.data);
  } catch (error) {
    fault(described(error).code, described(error).message);
  }
};

ready().then(
  () => {
    is_ready = true;
    send({ type: 'ready' });
    for (const message of waiting.splice(0)) handle(message);
  },
  (error: unknown) => fault(described(error).code, described(error).message),
);
