/*
 * The row above the list: how many jobs have which status, each a filter, how many are shown, and the layout switch.
 * Counts and their order are the core's.
 */
import { useSignal } from '@preact/signals';
import { setLayout, setQuery, statusTerm, toggleStatus } from '../state/actions';
import { cardCount, counts, layout, query, resultCount, type Layout } from '../state/store';
import { splitTerms } from '../fold/terms';
import { count, text } from '../text';
import { CardsIcon, FunnelIcon, ListIcon } from './icons';
import { labelOf, StatusShape } from './status';

export function Filters() {
  const open = useSignal(false);
  const terms = splitTerms(query.value);
  const chosen = counts.value.find(([status]) => terms.includes(statusTerm(status)))?.[0];
  return (
    <div class="filters">
      <button
        type="button"
        class="chip filters-toggle"
        aria-expanded={open.value}
        aria-controls="status-filters"
        onClick={() => (open.value = !open.value)}
      >
        {chosen ? <StatusShape status={chosen} /> : <FunnelIcon />}
        {text.status.filterButton(chosen ? labelOf(chosen) : text.status.all)}
      </button>
      <div id="status-filters" class={open.value ? 'chips chips-open' : 'chips'} role="group" aria-label={text.status.filters}>
        <button type="button" class="chip" aria-pressed={query.value === ''} onClick={() => setQuery('')}>
          {text.status.all}
          <b>{count(cardCount.value)}</b>
        </button>
        {counts.value.map(([status, jobs]) => (
          <button key={status} type="button" class="chip" aria-pressed={chosen === status} onClick={() => toggleStatus(status)}>
            <StatusShape status={status} />
            <span class="chip-text">{labelOf(status)}</span>
            <b>{count(jobs)}</b>
          </button>
        ))}
      </div>
      <p class="shown">{query.value === '' ? '' : text.status.showing(resultCount.value, cardCount.value)}</p>
      <div class="layouts" role="group" aria-label={text.list.layout}>
        <LayoutButton to="cards" />
        <LayoutButton to="list" />
      </div>
    </div>
  );
}

function LayoutButton({ to }: { to: Layout }) {
  const label = to === 'cards' ? text.list.cards : text.list.rows;
  return (
    <button
      type="button"
      class="icon-button"
      aria-pressed={layout.value === to}
      aria-label={label}
      title={label}
      onClick={() => setLayout(to)}
    >
      {to === 'cards' ? <CardsIcon /> : <ListIcon />}
    </button>
  );
}
