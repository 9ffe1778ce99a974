/*
 * One job whole: what its card carries, which actions it allows, and every event that made it, each with its JSON.
 *
 * Owns the layout of the panel and where the focus goes when it opens. Values are shown as the card has them.
 */
import { useEffect, useRef } from 'preact/hooks';
import type { EventLine, JobDetail, Member } from '../protocol';
import { copyLink, moreEvents, seek, select, toggleEvent } from '../state/actions';
import { detail, detailMissing, openEvents, past, position, selected } from '../state/store';
import { text } from '../text';
import { parsed } from '../time';
import { ChevronIcon, CloseIcon, LinkIcon, MomentIcon } from './icons';
import { focusList } from './Jobs';
import { Json } from './Json';
import { RefItem } from './Refs';
import { Status, StatusShape } from './status';
import { FullTime, Time } from './Time';

export function closeDetail(): void {
  focusList();
  select(null);
}

export function Detail() {
  const job_id = selected.value;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), [job_id]);
  if (job_id === null) return null;
  const shown = detail.value;
  return (
    <aside class="detail" aria-label={text.detail.label(shown?.row.title ?? job_id)}>
      <div class="detail-head">
        <div class="detail-names">
          {shown && <Status status={shown.row.status} />}
          <h2 ref={heading} tabIndex={-1}>
            {shown?.row.title ?? job_id}
          </h2>
          <p class="mono detail-id">
            <span>{job_id}</span>
          </p>
        </div>
        <div class="detail-tools">
          <CopyLink />
          <button
            type="button"
            class="icon-button"
            aria-label={text.detail.close}
            title={text.detail.close}
            onClick={closeDetail}
          >
            <CloseIcon />
          </button>
        </div>
      </div>
      <div class="detail-body">
        {shown ? <Body of={shown} /> : <p class="quiet">{detailMissing.value ? text.detail.missing : text.detail.loading}</p>}
      </div>
    </aside>
  );
}

function CopyLink() {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={text.detail.copyLink}
      title={text.detail.copyLink}
      onClick={() => void copyLink()}
    >
      <LinkIcon />
    </button>
  );
}

function Body({ of }: { of: JobDetail }) {
  return (
    <>
      {of.row.error_text !== undefined && (
        <section>
          <h3>{text.detail.error}</h3>
          <pre class={`error-text${of.row.status === 'failed' || of.row.status === 'dlq' ? ' error-now' : ''}`} tabIndex={0}>
            {of.row.error_text}
          </pre>
        </section>
      )}
      <Members title={text.detail.approval} members={of.approval} />
      <Members title={text.detail.dlq} members={of.dlq} />
      <Members title={text.detail.overview} members={[...of.members, { name: 'updated_at', value: of.row.updated_at }]} />
      {of.refs.length > 0 && (
        <section>
          <h3>{text.detail.refs}</h3>
          <ul class="refs">
            {of.refs.map((ref) => (
              <li>
                <RefItem item={ref} tabbable />
                <span class="quiet mono">{ref.id ?? ref.kind}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Actions of={of} />
      <Events of={of} />
      {of.result_json !== undefined && (
        <section>
          <h3>{text.detail.result}</h3>
          <Json json={of.result_json} label={text.detail.result} copyLabel={text.detail.result} />
        </section>
      )}
      <section>
        <details class="card-json">
          <summary>
            <ChevronIcon />
            {text.detail.card}
          </summary>
          <Json json={of.card_json} label={text.detail.card} copyLabel={text.detail.copyCard} />
        </details>
      </section>
    </>
  );
}

function Members({ title, members }: { title: string; members: Member[] }) {
  if (members.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <dl>
        {members.map(({ name, value }) => (
          <div key={name}>
            <dt>{text.detail.members[name] ?? name}</dt>
            <dd class={parsed(value) === null && /_id$/.test(name) ? 'mono' : ''}>
              {parsed(value) === null ? value : <FullTime at={value} />}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Intents as buttons that cannot be pressed, because nothing may look like an action before the gate exists. */
function Actions({ of }: { of: JobDetail }) {
  if (of.intents.length === 0) return null;
  return (
    <section>
      <h3>{text.detail.actions}</h3>
      <ul class="intents">
        {of.intents.map((intent) => (
          <li>
            <button type="button" class="button" aria-disabled="true" aria-describedby="intents-note">
              {intent.label}
            </button>
            <span class="quiet">{intent.requires_approval ? text.detail.actionNeedsApproval(intent.effect) : intent.effect}</span>
          </li>
        ))}
      </ul>
      <p id="intents-note" class="quiet note">
        {past.value ? text.detail.actionPast : text.detail.actionsNote}
      </p>
    </section>
  );
}

function Events({ of }: { of: JobDetail }) {
  const hidden = of.events_total - of.events.length;
  return (
    <section>
      <h3>{text.detail.events(of.events_total)}</h3>
      <ol class="events">
        {of.events.map((event) => (
          <EventItem key={event.position} of={event} />
        ))}
      </ol>
      {hidden > 0 && (
        <button type="button" class="button" onClick={moreEvents}>
          {text.detail.eventsMore(Math.min(hidden, 100))}
        </button>
      )}
    </section>
  );
}

function EventItem({ of }: { of: EventLine }) {
  const open = openEvents.value.has(of.position);
  const json = openEvents.value.get(of.position);
  const here = position.value === of.position;
  return (
    <li class={here ? 'event event-here' : 'event'}>
      <StatusShape status={of.status} />
      <button
        type="button"
        class="event-line"
        aria-expanded={open}
        title={text.detail.eventJson}
        onClick={() => toggleEvent(of.position)}
      >
        <span class="event-kind mono">{of.kind}</span>
        <Time at={of.at} />
        <span class="event-summary">{of.error_text ?? of.summary}</span>
      </button>
      <button
        type="button"
        class="event-seq"
        title={text.detail.goTo(of.position)}
        aria-current={here ? 'true' : undefined}
        onClick={() => seek(of.position)}
      >
        <MomentIcon />
        {text.detail.seq(of.position)}
      </button>
      {open && json && <Json json={json} label={text.detail.showJson(of.position)} copyLabel={text.detail.copyEvent} />}
    </li>
  );
}
