/*
 * What stands in for the list, or above it, when there is something to say first: nothing yet, no hits, loading, the
 * daemon gone, not signed in, the past, a fault.
 */
import { copy, dropTerm, exportEvents, goLive, openLive, openSample, retryNow, setQuery } from '../state/actions';
import {
  answeredQuery,
  cardCount,
  connection,
  excluders,
  fault,
  head,
  notice,
  now,
  past,
  position,
  queryFault,
} from '../state/store';
import { text } from '../text';
import { age } from '../time';
import { CopyIcon } from './icons';
import { OpenFile } from './TopBar';

export function Banners() {
  return (
    <section class="banners" aria-label={text.notice.label}>
      <FaultBanner />
      <GoneBanner />
      <SignedOutBanner />
      {notice.value !== null && (
        <div class="banner banner-note" role="status">
          <p>{notice.value}</p>
          <button type="button" class="button" onClick={() => (notice.value = null)}>
            {text.notice.dismiss}
          </button>
        </div>
      )}
      {past.value && (
        <div class="banner banner-past">
          <p>
            <strong>{text.past.title}</strong> <span>{text.past.body(position.value, head.value)}</span>
          </p>
          <button type="button" class="button" onClick={goLive}>
            {connection.value.state === 'complete' ? text.past.end : text.past.back}
          </button>
        </div>
      )}
    </section>
  );
}

function FaultBanner() {
  const of = fault.value;
  if (!of) return null;
  return (
    <div class="banner banner-fault" role="alert">
      <p>
        <strong>{text.fault.title}</strong> <span>{text.fault.detail(of.code, of.message)}</span>{' '}
        <span>{text.fault.lastGood(of.position)}</span>
      </p>
      {head.value > 0 && (
        <button type="button" class="button" onClick={exportEvents}>
          {text.fault.export}
        </button>
      )}
      <button type="button" class="button" onClick={() => (fault.value = null)}>
        {text.fault.dismiss}
      </button>
    </div>
  );
}

function GoneBanner() {
  const of = connection.value;
  if (of.state !== 'gone') return null;
  const wait = of.retry_at_ms === null ? 0 : Math.max(0, Math.ceil((of.retry_at_ms - now.value) / 1000));
  return (
    <div class="banner banner-gone">
      <p>
        <strong role="status">{text.gone.title}</strong> <span>{text.gone.body(age(of.since_ms, now.value))}</span>{' '}
        <span class="countdown">{wait === 0 ? text.gone.retrying : text.gone.retryIn(wait)}</span>
      </p>
      <button type="button" class="button" onClick={retryNow}>
        {text.gone.retry}
      </button>
    </div>
  );
}

/** The session ended while something was on screen: it stays, and the page goes on once there is a session again. */
function SignedOutBanner() {
  if (connection.value.state !== 'signed_out' || head.value === 0) return null;
  return (
    <div class="banner banner-gone">
      <p>
        <strong role="status">{text.signedOut.title}</strong> <span>{text.signedOut.body}</span>{' '}
        <code>{text.signedOut.command}</code>
      </p>
      <button type="button" class="button" onClick={retryNow}>
        {text.signedOut.retry}
      </button>
    </div>
  );
}

/** Stands in for the list; null when there are jobs to show. */
export function Instead() {
  const of = connection.value;
  if (of.state === 'signed_out' && head.value === 0) return <SignedOut />;
  if (head.value === 0 && of.state === 'opening') return <Loading title={text.loading.connecting(of.label)} />;
  if (of.state === 'loading' && cardCount.value === 0) {
    return <Loading title={text.loading.title(of.label)} detail={text.loading.progress(of.events, of.bytes, of.bytes_total)} />;
  }
  if (head.value === 0) return <FirstRun />;
  if (cardCount.value === 0) {
    return (
      <div class="instead">
        <h2>{text.empty.nothingAtPosition}</h2>
      </div>
    );
  }
  return <NoHits />;
}

function FirstRun() {
  const following = connection.value.state === 'following';
  return (
    <div class="instead">
      <h2>{fault.value ? text.empty.nothingRead : text.empty.title}</h2>
      {!fault.value && (
        <>
          <p>{following ? text.empty.liveBody : text.empty.body}</p>
          <Command line={following ? text.empty.sendCommand(location.origin) : text.empty.command} />
        </>
      )}
      <div class="instead-buttons">
        <button type="button" class="button button-main" onClick={openSample}>
          {text.empty.sample}
        </button>
        <OpenFile labelled />
      </div>
      <p class="quiet">{text.empty.drop}</p>
    </div>
  );
}

export function Command({ line }: { line: string }) {
  return (
    <div class="command">
      <code class="mono">{line}</code>
      <button
        type="button"
        class="icon-button"
        aria-label={text.empty.copyCommand}
        title={text.empty.copyCommand}
        onClick={() => void copy(line)}
      >
        <CopyIcon />
      </button>
    </div>
  );
}

function SignedOut() {
  return (
    <div class="instead">
      <h2>{text.signedOut.title}</h2>
      <p>{text.signedOut.body}</p>
      <Command line={text.signedOut.command} />
      <div class="instead-buttons">
        <button type="button" class="button button-main" onClick={openLive}>
          {text.signedOut.retry}
        </button>
        <button type="button" class="button" onClick={openSample}>
          {text.empty.sample}
        </button>
      </div>
    </div>
  );
}

function Loading({ title, detail }: { title: string; detail?: string }) {
  return (
    <div class="instead instead-late" role="status">
      <h2>{title}</h2>
      {detail !== undefined && <p class="numbers">{detail}</p>}
    </div>
  );
}

function NoHits() {
  if (queryFault.value !== null || answeredQuery.value === '') return null;
  return (
    <div class="instead">
      <h2>{text.empty.noHits}</h2>
      {excluders.value.length > 0 && (
        <>
          <p>{text.empty.excluders}</p>
          <div class="instead-buttons">
            {excluders.value.map(({ term, hits }) => (
              <button type="button" class="button" onClick={() => dropTerm(term)}>
                {text.empty.drop_term(term, hits)}
              </button>
            ))}
          </div>
        </>
      )}
      <button type="button" class="button button-quiet" onClick={() => setQuery('')}>
        {text.empty.clear}
      </button>
    </div>
  );
}

/** A thin bar with the true share, while a file is being folded and its first jobs are already shown. */
export function Progress() {
  const of = connection.value;
  if (of.state !== 'loading') return null;
  return (
    <div class="progress">
      <progress value={of.bytes} max={of.bytes_total || undefined} aria-label={text.loading.title(of.label)} />
      <span class="numbers">{text.loading.progress(of.events, of.bytes, of.bytes_total)}</span>
    </div>
  );
}
