/*
 * The jobs as cards or as a dense list, virtualised: only what is on screen, and a little around it, exists.
 *
 * Owns places and focus. Order is the core's order of first appearance and never changes, so nothing jumps under the
 * pointer. One element has the roving focus; arrows and j/k move it.
 */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Row } from '../protocol';
import { select } from '../state/actions';
import { tell } from '../state/link';
import {
  active,
  cardCount,
  indexAt,
  layout,
  placeOf,
  resultCount,
  rowAt,
  rowsChanged,
  selected,
  shown,
  visible,
} from '../state/store';
import { text } from '../text';
import { JobCard } from './JobCard';
import { JobRow, JobRowHeader } from './JobRow';
import { useVirtualizer } from './virtual';

/** Sizes in rem, the same as in jobs.css. */
const CARD = { width: 17, height: 8.75, gap: 0.625 };
const ROW = { height: 2.5, height_narrow: 3.75, head: 1.75 };
/** Below these widths a line of the list does not fit; beside an open job it has two columns less. */
const NARROW_REM = 56;
const NARROW_REM_BESIDE = 42;

interface Shape {
  columns: number;
  height_px: number;
  narrow: boolean;
  /** Height of the sticky column heads, under which the first row begins. */
  head_px: number;
}

function shapeFor(width_px: number): Shape {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const narrow = width_px < (selected.value === null ? NARROW_REM : NARROW_REM_BESIDE) * rem;
  if (layout.value === 'list')
    return {
      columns: 1,
      height_px: (narrow ? ROW.height_narrow : ROW.height) * rem,
      narrow,
      head_px: narrow ? 0 : ROW.head * rem,
    };
  const columns = Math.max(1, Math.floor((width_px / rem + CARD.gap) / (CARD.width + CARD.gap)));
  return { columns, height_px: (CARD.height + CARD.gap) * rem, narrow, head_px: 0 };
}

/** Moves the roving focus by a number of places and brings it into view. */
export let moveActive: (by: number) => void = () => undefined;
/** Gives the keyboard back to the list, at the open job when it is still there. */
export let focusList: () => void = () => undefined;

export function Jobs() {
  const scroller = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const focusWanted = useRef(false);
  void rowsChanged.value;

  useLayoutEffect(() => {
    const watch = new ResizeObserver(() => setWidth(scroller.current!.clientWidth));
    watch.observe(scroller.current!);
    setWidth(scroller.current!.clientWidth);
    return () => watch.disconnect();
  }, []);

  const shape = shapeFor(width);
  const total = resultCount.value;
  const lines = Math.ceil(total / shape.columns);
  const virtualizer = useVirtualizer({
    count: lines,
    getScrollElement: () => scroller.current,
    estimateSize: () => shape.height_px,
    paddingStart: shape.head_px,
    scrollPaddingStart: shape.head_px,
    overscan: layout.value === 'list' ? 8 : 3,
  });
  useLayoutEffect(() => virtualizer.measure(), [shape.height_px, shape.columns, shape.head_px]);

  const items = virtualizer.getVirtualItems();
  const from = (items[0]?.index ?? 0) * shape.columns;
  const to = ((items.at(-1)?.index ?? 0) + 1) * shape.columns;
  visible.from = from;
  visible.to = to;
  useEffect(() => tell({ type: 'window', from, to }), [from, to]);

  const here = Math.min(active.value, Math.max(0, total - 1));
  moveActive = (by) => {
    active.value = Math.max(0, Math.min(total - 1, here + by));
    focusWanted.current = true;
    virtualizer.scrollToIndex(Math.floor(active.value / shape.columns));
  };
  focusList = () => {
    const open = selected.peek();
    const place = open === null ? -1 : placeOf(open);
    if (place >= 0) active.value = place;
    moveActive(0);
  };
  useLayoutEffect(() => {
    if (!focusWanted.current) return;
    const target = scroller.current?.querySelector<HTMLElement>(`[data-place="${active.peek()}"]`);
    if (!target) return;
    focusWanted.current = false;
    target.focus({ preventScroll: true });
  });

  const keys = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(scroller.current!.clientHeight / shape.height_px)) * shape.columns;
    const moves: Record<string, number> = {
      ArrowDown: shape.columns,
      ArrowUp: -shape.columns,
      PageDown: page,
      PageUp: -page,
      Home: -total,
      End: total,
      ...(shape.columns > 1 ? { ArrowRight: 1, ArrowLeft: -1 } : {}),
    };
    const by = moves[event.key];
    if (by !== undefined) {
      event.preventDefault();
      moveActive(by);
    } else if (event.key === 'Enter' && !(event.target instanceof HTMLAnchorElement)) {
      event.preventDefault();
      openPlace(here);
    }
  };

  const list = layout.value === 'list';
  const header = shape.head_px > 0 ? 1 : 0;
  return (
    <div
      class={`jobs jobs-${layout.value}${shape.narrow ? ' jobs-narrow' : ''}`}
      data-shown={shown.value ? shown.value.length : cardCount.value}
    >
      <div
        role="grid"
        class="jobs-grid"
        aria-label={text.list.label}
        aria-rowcount={lines + header}
        aria-colcount={list ? undefined : shape.columns}
        onKeyDown={keys}
      >
        <div class="jobs-scroll" ref={scroller} role="presentation">
          {header === 1 && <JobRowHeader />}
          <div class="jobs-space" role="rowgroup" style={{ height: `${virtualizer.getTotalSize()}px` }}>
            {items.map((item) => {
              const style = { transform: `translateY(${item.start}px)` };
              const first = item.index * shape.columns;
              const places = Array.from({ length: Math.min(shape.columns, total - first) }, (_, at) => first + at);
              return list ? (
                <JobRow
                  key={item.key}
                  style={style}
                  place={first}
                  row={rowAt(first)}
                  rowIndex={item.index + 1 + header}
                  {...marks(first, here)}
                />
              ) : (
                <div
                  key={item.key}
                  role="row"
                  class="cards-row"
                  aria-rowindex={item.index + 1}
                  style={{ ...style, gridTemplateColumns: `repeat(${shape.columns}, minmax(0, 1fr))` }}
                >
                  {places.map((place) => (
                    <JobCard key={indexAt(place)} place={place} row={rowAt(place)} {...marks(place, here)} />
                  ))}
                </div>
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}

function marks(place: number, here: number): { isActive: boolean; isOpen: boolean } {
  const row = rowAt(place);
  return { isActive: place === here, isOpen: row !== undefined && row.job_id === selected.value };
}

export function openPlace(place: number): void {
  const row: Row | undefined = rowAt(place);
  if (!row) return;
  active.value = place;
  select(row.job_id);
}
