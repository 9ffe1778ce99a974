/* One job as a line of the dense list; two lines where the window is narrow. */
import { text } from '../text';
import { FirstRef, type JobProps, Queue } from './JobCard';
import { openPlace } from './Jobs';
import { Problem, problemOf } from './Problem';
import { Status, toneOf } from './status';
import { Time } from './Time';

export function JobRowHeader() {
  const { columns } = text.list;
  return (
    <div role="rowgroup" class="list-head">
      <div role="row" class="list-row" aria-rowindex={1}>
        {[columns.status, columns.job, columns.queue, columns.detail, columns.refs, columns.updated].map((name) => (
          <div role="columnheader" key={name}>
            {name}
          </div>
        ))}
      </div>
    </div>
  );
}

export function JobRow({
  place,
  row,
  isActive,
  isOpen,
  rowIndex,
  style,
}: JobProps & { rowIndex: number; style: { transform: string } }) {
  const problem = row && problemOf(row);
  return (
    <div
      role="row"
      class={`list-row list-item edge-${row ? toneOf(row.status) : 'off'}`}
      aria-rowindex={rowIndex}
      aria-selected={isOpen}
      aria-busy={!row}
      data-place={place}
      data-job={row?.job_id}
      tabIndex={isActive ? 0 : -1}
      style={style}
      onClick={() => openPlace(place)}
    >
      <div role="gridcell" class="cell-status">
        {row ? <Status status={row.status} /> : <span class="sr-only">{text.list.pending}</span>}
      </div>
      <div role="gridcell" class="cell-job">
        <span class="row-title">{row?.title}</span>
        <span class="row-id mono">{row?.job_id}</span>
      </div>
      <div role="gridcell" class="cell-queue">
        {row && <Queue row={row} />}
      </div>
      <div role="gridcell" class="cell-problem">
        {problem ? <Problem of={problem} /> : <span class="second-id mono">{row?.job_id}</span>}
      </div>
      <div role="gridcell" class="cell-refs">
        {row && <FirstRef row={row} tabbable={isActive} />}
      </div>
      <div role="gridcell" class="cell-time">
        {row && <Time at={row.updated_at} />}
      </div>
    </div>
  );
}
