/*
 * The address is the state: query, selected job, position, layout and source. Back and forward work, a reload
 * restores, and a pasted link shows the same thing, including the same past moment.
 *
 * Owns the spelling of the address. A dropped file cannot be named by one, so its link only says that it was a file.
 */
import { effect } from '@preact/signals';
import { connection, layout, live, position, query, selected, source, type Layout, type SourceName } from './store';

export interface Place {
  query: string;
  job: string | null;
  /** Null = live. */
  seq: number | null;
  layout: Layout;
  source: SourceName;
}

const SOURCES: readonly string[] = ['live', 'sample', 'file'];

export function readPlace(search: string): Place {
  const params = new URLSearchParams(search);
  const seq = params.get('seq');
  const from = params.get('source');
  return {
    query: params.get('q') ?? '',
    job: params.get('job'),
    seq: seq !== null && /^\d{1,15}$/.test(seq) ? Number(seq) : null,
    layout: params.get('view') === 'list' ? 'list' : 'cards',
    source: from !== null && SOURCES.includes(from) ? (from as SourceName) : 'auto',
  };
}

export function writePlace(place: Place): string {
  const params = new URLSearchParams();
  if (place.source !== 'auto') params.set('source', place.source);
  if (place.layout === 'list') params.set('view', 'list');
  if (place.query !== '') params.set('q', place.query);
  if (place.job !== null) params.set('job', place.job);
  if (place.seq !== null) params.set('seq', String(place.seq));
  const search = params.toString();
  return search === '' ? location.pathname : `?${search}`;
}

/** Keeps the address true. Opening a job is a step one can go back from; typing and scrubbing are not. */
export function keepAddress(): void {
  let job_before = selected.peek();
  effect(() => {
    // A position that the whole history does not reach is given up, by the worker too.
    if (connection.value.state === 'complete' && live.value) wantedSeq = null;
    const place: Place = {
      query: query.value,
      job: selected.value,
      seq: live.value ? wantedSeq : position.value,
      layout: layout.value,
      source: source.value,
    };
    const address = writePlace(place);
    const pushed = place.job !== job_before;
    job_before = place.job;
    if (address === location.search || (address === location.pathname && location.search === '')) return;
    if (pushed) history.pushState(null, '', address);
    else history.replaceState(null, '', address);
  });
}

/** The position of a pasted link while its history is still loading; live state must not erase it meanwhile. */
let wantedSeq: number | null = null;

export function holdSeq(seq: number | null): void {
  wantedSeq = seq;
}
