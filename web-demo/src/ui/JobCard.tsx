/* One job as a card. Its height is fixed (jobs.css), so long texts are cut and whole in the detail. */
import type { Row } from '../protocol';
import { text } from '../text';
import { openPlace } from './Jobs';
import { Problem, problemOf } from './Problem';
import { RefItem } from './Refs';
import { Status, toneOf } from './status';
import { Time } from './Time';

export interface JobProps {
  place: number;
  row: Row | undefined;
  isActive: boolean;
  isOpen: boolean;
}

export function JobCard({ place, row, isActive, isOpen }: JobProps) {
  if (!row) {
    return (
      <div role="gridcell" class="card card-pending" data-place={place} tabIndex={isActive ? 0 : -1} aria-busy="true">
        <span class="sr-only">{text.list.pending}</span>
      </div>
    );
  }
  const problem = problemOf(row);
  return (
    <div
      role="gridcell"
      class={`card edge-${toneOf(row.status)}`}
      data-place={place}
      data-job={row.job_id}
      aria-selected={isOpen}
      tabIndex={isActive ? 0 : -1}
      onClick={() => openPlace(place)}
    >
      <div class="card-top">
        <Status status={row.status} />
        <Time at={row.updated_at} />
      </div>
      <h2 class="card-title">{row.title}</h2>
      <p class="card-id mono">{row.job_id}</p>
      <p class="card-meta">
        <Queue row={row} />
        <FirstRef row={row} tabbable={isActive} />
      </p>
      {problem ? <Problem of={problem} /> : null}
    </div>
  );
}

/** The first link and how many more there are; all are in the detail. */
export function FirstRef({ row, tabbable }: { row: Row; tabbable: boolean }) {
  const [first] = row.refs;
  if (!first) return null;
  return (
    <span class="first-ref">
      <RefItem item={first} tabbable={tabbable} />
      {row.refs_total > 1 && <span class="more">{text.list.moreRefs(row.refs_total - 1)}</span>}
    </span>
  );
}

export function Queue({ row }: { row: Row }) {
  if (row.queue === undefined && row.queue_depth === undefined) return null;
  return (
    <span class="queue" title={text.list.depthTitle(row.queue ?? '', row.queue_depth ?? '')}>
      {row.queue !== undefined && <span class="queue-name">{row.queue}</span>}
      {row.queue_depth !== undefined && <span class="queue-depth">{text.list.depth(row.queue_depth)}</span>}
    </span>
  );
}
