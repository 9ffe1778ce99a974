/*
 * What a person can do, one function each. Buttons and keys call these, so that every key has a visible control and
 * both do the same.
 */
import { batch } from '@preact/signals';
import { withoutTerm, splitTerms } from '../fold/terms';
import { text } from '../text';
import { announce } from './announce';
import { openSource, tell } from './link';
import * as store from './store';
import type { Layout, Theme } from './store';
import { holdSeq, readPlace } from './url';

const EVENTS_MAX_STEP = 100;

export function setQuery(query: string): void {
  store.query.value = query;
  store.active.value = 0;
  tell({ type: 'query', text: query });
}

export function statusTerm(status: string): string {
  return /^[\w-]+$/.test(status) ? `status:${status}` : `status:"${status}"`;
}

/** Adds or removes the filter for one status; another status's filter gives way to it. */
export function toggleStatus(status: string): void {
  const term = statusTerm(status);
  const terms = splitTerms(store.query.peek());
  const rest = terms.filter((other) => !other.startsWith('status:'));
  setQuery((terms.includes(term) ? rest : [...rest, term]).join(' '));
}

export function dropTerm(term: string): void {
  setQuery(withoutTerm(store.query.peek(), term));
}

export function select(job_id: string | null): void {
  if (job_id === store.selected.peek()) return;
  batch(() => {
    store.selected.value = job_id;
    store.detail.value = null;
    store.detailMissing.value = false;
    store.openEvents.value = new Map();
    store.eventsMax.value = EVENTS_MAX_STEP;
  });
  tell({ type: 'select', job_id, events_max: EVENTS_MAX_STEP });
}

export function moreEvents(): void {
  store.eventsMax.value += EVENTS_MAX_STEP;
  tell({ type: 'select', job_id: store.selected.peek(), events_max: store.eventsMax.peek() });
}

export function toggleEvent(position: number): void {
  const open = new Map(store.openEvents.peek());
  if (open.delete(position)) store.openEvents.value = open;
  else {
    store.openEvents.value = open.set(position, null);
    tell({ type: 'event', position });
  }
}

export function seek(position: number): void {
  holdSeq(null);
  store.notice.value = null;
  tell({ type: 'seek', position });
}

export function goLive(): void {
  holdSeq(null);
  store.notice.value = null;
  tell({ type: 'live' });
}

export function toggleLive(): void {
  if (!store.live.peek()) goLive();
  // A finished history does not move on, so there is nothing to hold.
  else if (store.connection.peek().state !== 'complete') tell({ type: 'pause' });
}

export function step(by: 1 | -1): void {
  holdSeq(null);
  store.notice.value = null;
  tell({ type: 'step', by });
}

export function toFailure(direction: 1 | -1): void {
  holdSeq(null);
  store.notice.value = null;
  tell({ type: 'failure', direction });
}

export function setLayout(layout: Layout): void {
  store.layout.value = layout;
}

export function setTheme(theme: Theme): void {
  store.theme.value = theme;
  remember('theme', theme);
  applyTheme();
}

export function applyTheme(): void {
  if (store.theme.peek() === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = store.theme.peek();
}

export function setSingleKeys(on: boolean): void {
  store.singleKeys.value = on;
  remember('single-keys', on ? 'on' : 'off');
}

/** Another history has other jobs and other positions; the search may mean something in it too and stays. */
function leave(): void {
  holdSeq(null);
  select(null);
}

export function openFile(file: File): void {
  leave();
  openSource({ kind: 'file', file }, null);
}

export function openSample(): void {
  leave();
  openNamed('sample', null);
}

/** Opens a source by its name. The single-file page carries the sample in itself, since it may fetch nothing. */
function openNamed(name: 'auto' | 'live' | 'sample', seq: number | null): void {
  const carried = document.querySelector('#sample')?.textContent;
  if (name !== 'sample' || !carried) return openSource({ kind: name }, seq);
  openSource({ kind: 'file', file: new File([carried], 'sample.ndjson') }, seq);
  store.source.value = 'sample';
}

export function openLive(): void {
  leave();
  openSource({ kind: 'auto' }, null);
}

export function retryNow(): void {
  tell({ type: 'retry' });
}

export function exportEvents(): void {
  tell({ type: 'export' });
}

export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Copies the address, which is the state, and says so. */
export async function copyLink(): Promise<void> {
  const done = await copy(location.href);
  store.notice.value = done ? text.notice.linkCopied : text.detail.copyFailed;
  announce(store.notice.value);
}

/** Puts the page where the address says, at the start and after back or forward. */
export function goToAddress(first: boolean): void {
  const place = readPlace(location.search);
  batch(() => {
    store.layout.value = place.layout;
    store.query.value = place.query;
  });
  if (first) {
    store.selected.value = place.job;
    holdSeq(place.seq);
    if (place.source === 'file') {
      store.connection.value = { state: 'empty' };
      store.source.value = 'auto';
    } else openNamed(place.source, place.seq);
    return;
  }
  tell({ type: 'query', text: place.query });
  select(place.job);
  if (place.seq === null) goLive();
  else seek(place.seq);
}

/** Settings of this browser. Storage may be refused; the page then forgets them, nothing else. */
function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`jobfold.${name}`, value);
  } catch {
    /* settings last as long as the page */
  }
}

export function recallSettings(): void {
  try {
    const theme = localStorage.getItem('jobfold.theme');
    if (theme === 'light' || theme === 'dark') store.theme.value = theme;
    store.singleKeys.value = localStorage.getItem('jobfold.single-keys') !== 'off';
  } catch {
    /* defaults stay */
  }
  applyTheme();
}
