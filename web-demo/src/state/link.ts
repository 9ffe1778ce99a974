/*
 * The page's end of the channel to the fold worker: messages in become signals, one batch a message.
 *
 * Owns which signal each message moves. It must not parse, sort or judge what it carries.
 */
import { batch } from '@preact/signals';
import type { FromFold, Row, Source, ToFold } from '../protocol';
import { text } from '../text';
import { announce } from './announce';
import * as store from './store';
import { startWorker } from './worker';

const worker = startWorker();
let buckets = 0;

export function tell(message: ToFold): void {
  if (message.type === 'density') buckets = message.buckets;
  worker.postMessage(message);
}

export function openSource(source: Source, position: number | null): void {
  store.source.value = source.kind;
  tell({ type: 'open', source, page: document.baseURI, position });
}

worker.onmessage = (message: MessageEvent<FromFold>) => batch(() => receive(message.data));
worker.onerror = (event) => {
  store.fault.value = { code: 'worker_failed', message: event.message || text.fault.workerFailed, position: store.head.peek() };
};

function receive(message: FromFold): void {
  switch (message.type) {
    case 'ready':
      return;
    case 'restart':
      return restart();
    case 'connection':
      store.connection.value = message.connection;
      return;
    case 'frame':
      return frame(message);
    case 'rows':
      return takeRows(message.rows);
    case 'digest':
      store.digest.value = { position: message.position, hex: message.hex };
      return;
    case 'density':
      store.density.value = { head: message.head, strip: message.strip };
      return;
    case 'detail':
      if (message.job_id !== store.selected.peek()) return;
      store.detail.value = message.detail;
      store.detailMissing.value = message.detail === null;
      return;
    case 'event':
      if (!store.openEvents.peek().has(message.position)) return;
      store.openEvents.value = new Map(store.openEvents.peek()).set(message.position, message.json ?? '');
      return;
    case 'no_failure':
      announce(message.direction > 0 ? text.scrubber.noNextFailure : text.scrubber.noPreviousFailure);
      store.notice.value = message.direction > 0 ? text.scrubber.noNextFailure : text.scrubber.noPreviousFailure;
      return;
    case 'export':
      return save(message.name, message.lines);
    case 'notice':
      store.notice.value = text.notice[message.code];
      return;
    case 'fault':
      store.fault.value = { code: message.code, message: message.message, position: message.position };
      announce(text.fault.title);
  }
}

function frame(message: Extract<FromFold, { type: 'frame' }>): void {
  store.position.value = message.position;
  store.head.value = message.head;
  store.live.value = message.live;
  store.at.value = message.at;
  store.cardCount.value = message.len;
  store.counts.value = message.counts;
  store.queryFault.value = message.query_fault;
  store.excluders.value = message.excluders;
  store.answeredQuery.value = message.query;
  if (message.query_fault === null) store.shown.value = message.shown;
  takeRows(message.rows);
}

/** Keeps rows; only those on screen are worth drawing again. */
function takeRows(rows: Row[]): void {
  const { from, to } = store.visible;
  const shown = store.shown.peek();
  const onScreen = shown ? new Set(shown.subarray(from, to)) : null;
  let drawn = false;
  for (const row of rows) {
    store.rows[row.index] = row;
    drawn ||= onScreen ? onScreen.has(row.index) : row.index >= from && row.index < to;
  }
  if (drawn) store.rowsChanged.value += 1;
}

/** Another history begins: nothing of the old one may stay, and the worker knows nothing of what was asked before. */
function restart(): void {
  store.rows.length = 0;
  store.rowsChanged.value += 1;
  store.cardCount.value = 0;
  store.head.value = 0;
  store.position.value = 0;
  store.live.value = true;
  store.at.value = null;
  store.digest.value = null;
  store.counts.value = [];
  store.shown.value = null;
  store.density.value = null;
  store.detail.value = null;
  store.detailMissing.value = false;
  store.openEvents.value = new Map();
  store.fault.value = null;
  store.notice.value = null;
  store.active.value = 0;
  if (buckets > 0) tell({ type: 'density', buckets });
  if (store.query.peek() !== '') tell({ type: 'query', text: store.query.peek() });
  if (store.selected.peek() !== null) {
    tell({ type: 'select', job_id: store.selected.peek(), events_max: store.eventsMax.peek() });
  }
}

function save(name: string, lines: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(lines);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
