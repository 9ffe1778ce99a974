/*
 * What the page shows, as signals. Written by the worker's messages (link.ts) and by the person (actions.ts), read by
 * the components.
 *
 * Owns no rule about jobs: rows, counts, order and matches are the core's answers kept as they came.
 */
import { computed, signal } from '@preact/signals';
import type { Connection, JobDetail, Row, Strip } from '../protocol';

export type Layout = 'cards' | 'list';
export type Theme = 'auto' | 'light' | 'dark';
export type SourceName = 'auto' | 'live' | 'sample' | 'file';

export const source = signal<SourceName>('auto');
export const connection = signal<Connection>({ state: 'opening', label: '' });
export const fault = signal<{ code: string; message: string; position: number } | null>(null);
export const notice = signal<string | null>(null);

export const position = signal(0);
export const head = signal(0);
export const live = signal(true);
export const at = signal<string | null>(null);
export const digest = signal<{ position: number; hex: string } | null>(null);
export const density = signal<{ head: number; strip: Strip } | null>(null);

export const query = signal('');
export const queryFault = signal<string | null>(null);
export const excluders = signal<{ term: string; hits: number }[]>([]);
/** The query that `shown` answers; it trails `query` by one trip to the worker. */
export const answeredQuery = signal('');
export const cardCount = signal(0);
export const shown = signal<Uint32Array | null>(null);
export const counts = signal<[string, number][]>([]);

/** Rows by card index. Mutated in place; `rowsChanged` is what readers subscribe to. */
export const rows: (Row | undefined)[] = [];
export const rowsChanged = signal(0);
/** Places that exist in the document now, as the list says; not a signal, because nobody draws it. */
export const visible = { from: 0, to: 0 };

export const selected = signal<string | null>(null);
export const detail = signal<JobDetail | null>(null);
export const detailMissing = signal(false);
export const eventsMax = signal(100);
/** Positions of events whose JSON is open, with the text once it has come. */
export const openEvents = signal<ReadonlyMap<number, string | null>>(new Map());

export const layout = signal<Layout>('cards');
export const theme = signal<Theme>('auto');
export const singleKeys = signal(true);
export const helpOpen = signal(false);
/** Place in the list that has the roving focus. */
export const active = signal(0);
/** Now, in Unix milliseconds; moved on by a timer so that ages stay true. */
export const now = signal(Date.now());

export const resultCount = computed(() => shown.value?.length ?? cardCount.value);
export const past = computed(() => !live.value && head.value > 0);

/** Card index at a place of the list. */
export function indexAt(place: number): number {
  return shown.value ? (shown.value[place] ?? -1) : place;
}

export function rowAt(place: number): Row | undefined {
  return rows[indexAt(place)];
}

/** The place of a job in the list, -1 when the filter hides it or its row has not come yet. */
export function placeOf(job_id: string): number {
  const index = rows.findIndex((row) => row?.job_id === job_id);
  if (index < 0 || index >= cardCount.value) return -1;
  return shown.value ? shown.value.indexOf(index) : index;
}
