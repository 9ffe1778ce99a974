/*
 * Time travel: a strip over the whole history with marks in three lanes, a playhead that is a slider, and the controls
 * that move it. It says at every moment which state is shown, and names that state by its digest.
 */
import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Strip } from '../protocol';
import { exportEvents, seek, step, toFailure, toggleLive } from '../state/actions';
import { tell } from '../state/link';
import { at, connection, density, digest, head, live, past, position } from '../state/store';
import { count, text } from '../text';
import { long } from '../time';
import { CopyButton } from './Json';
import { DownloadIcon, LiveIcon, NextFailureIcon, PauseIcon, PreviousFailureIcon, StepBackIcon, StepForwardIcon } from './icons';

const BUCKET_PX = 3;
/** Ranges of the table that says in words what the strip draws. */
const TABLE_RANGES = 10;

export function Scrubber() {
  const finished = connection.value.state === 'complete';
  const none = head.value === 0;
  return (
    <footer class="scrubber" aria-label={text.scrubber.label}>
      <Track />
      <div class="transport">
        <div class="transport-buttons">
          <Press label={text.scrubber.previousFailure} keys="{" off={none} press={() => toFailure(-1)}>
            <PreviousFailureIcon />
          </Press>
          <Press label={text.scrubber.stepBack} keys="[" off={position.value === 0} press={() => step(-1)}>
            <StepBackIcon />
          </Press>
          <Press label={text.scrubber.stepForward} keys="]" off={position.value >= head.value} press={() => step(1)}>
            <StepForwardIcon />
          </Press>
          <Press label={text.scrubber.nextFailure} keys="}" off={none} press={() => toFailure(1)}>
            <NextFailureIcon />
          </Press>
          <button
            type="button"
            class={live.value ? 'live-button live-on' : 'live-button'}
            disabled={none || (finished && live.value)}
            onClick={toggleLive}
          >
            {live.value && !finished ? <PauseIcon /> : <LiveIcon />}
            {finished ? text.scrubber.end : live.value ? text.scrubber.pause : text.scrubber.live}
          </button>
        </div>
        <Place />
        <Digest />
      </div>
    </footer>
  );
}

function Press(props: { label: string; keys: string; off: boolean; press: () => void; children: preact.ComponentChildren }) {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={props.label}
      title={`${props.label}  ${props.keys}`}
      disabled={props.off}
      onClick={props.press}
    >
      {props.children}
    </button>
  );
}

function Place() {
  const typed = useSignal<string | null>(null);
  const go = (): void => {
    if (typed.value !== null && /^\d+$/.test(typed.value.trim())) seek(Number(typed.value));
    typed.value = null;
  };
  return (
    <form
      class="place"
      onSubmit={(event) => {
        event.preventDefault();
        go();
      }}
    >
      <label>
        <span>{text.scrubber.at}</span>
        <input
          class="seq mono"
          inputMode="numeric"
          pattern="[0-9]*"
          aria-label={text.scrubber.seq}
          value={typed.value ?? String(position.value)}
          onFocus={(event) => event.currentTarget.select()}
          onInput={(event) => (typed.value = event.currentTarget.value)}
          onBlur={go}
        />
      </label>
      <span class="place-of">{text.scrubber.of(head.value)}</span>
      <span class="place-time">{at.value === null ? '' : long(at.value)}</span>
    </form>
  );
}

function Digest() {
  const now = digest.value;
  const current = now !== null && now.position === position.value;
  return (
    <div class="digest">
      {now && <span class="digest-name">{text.scrubber.digest}</span>}
      {now && (
        <CopyButton value={now.hex} label={text.scrubber.copyDigest}>
          <code class={current ? 'mono' : 'mono digest-old'} data-digest={current ? now.hex : undefined} title={now.hex}>
            {now.hex.slice(0, 12)}
          </code>
        </CopyButton>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label={text.scrubber.export}
        title={text.scrubber.export}
        disabled={position.value === 0}
        onClick={exportEvents}
      >
        <DownloadIcon />
      </button>
    </div>
  );
}

function Track() {
  const track = useRef<HTMLDivElement>(null);
  const dragged = useSignal<number | null>(null);

  useLayoutEffect(() => {
    const ask = (): void => {
      const width = track.current!.clientWidth;
      if (width > 0) tell({ type: 'density', buckets: Math.max(20, Math.floor(width / BUCKET_PX)) });
    };
    const watch = new ResizeObserver(ask);
    watch.observe(track.current!);
    return () => watch.disconnect();
  }, []);

  const all = head.value;
  const shown = dragged.value ?? position.value;
  const share = all === 0 ? 1 : shown / all;
  const time = at.value === null ? text.scrubber.noTime : long(at.value);

  const follow = (event: PointerEvent): void => {
    const box = track.current!.getBoundingClientRect();
    const wanted = Math.round(Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * all);
    if (wanted === dragged.value) return;
    dragged.value = wanted;
    seek(wanted);
  };
  const keys = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.round(all / 20));
    const moves: Record<string, number> = {
      ArrowLeft: -1,
      ArrowDown: -1,
      ArrowRight: 1,
      ArrowUp: 1,
      PageDown: -page,
      PageUp: page,
      Home: -all,
      End: all,
    };
    const by = moves[event.key];
    if (by === undefined) return;
    event.preventDefault();
    seek(Math.max(0, Math.min(all, position.value + by)));
  };

  return (
    <div class="track-frame">
      <div
        ref={track}
        class={past.value ? 'track track-past' : 'track'}
        role="slider"
        tabIndex={0}
        aria-label={text.scrubber.slider}
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuemax={all}
        aria-valuenow={shown}
        aria-valuetext={live.value ? text.scrubber.spokenLive(all, time) : text.scrubber.spoken(shown, all, time)}
        onKeyDown={keys}
        onPointerDown={(event) => {
          if (event.button !== 0 || all === 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          follow(event);
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) follow(event);
        }}
        onLostPointerCapture={() => (dragged.value = null)}
      >
        {density.value && <Marks strip={density.value.strip} all={density.value.head} />}
        <div class="track-future" style={{ left: `${share * 100}%` }} />
        {all > 0 && <div class="playhead" style={{ left: `${share * 100}%` }} />}
      </div>
      {density.value && <StripTable strip={density.value.strip} all={density.value.head} />}
    </div>
  );
}

const LANES = [
  ['failures', 'bad'],
  ['approvals', 'ask'],
  ['dead_letters', 'dead'],
] as const;

function Marks({ strip, all }: { strip: Strip; all: number }) {
  const buckets = strip.events.length;
  return (
    <svg class="marks" data-head={all} viewBox={`0 0 ${buckets} 40`} preserveAspectRatio="none" aria-hidden="true">
      {LANES.map(([lane, tone], at) => (
        <path key={lane} class={`mark-${tone}`} d={bars(strip[lane], 13 + at * 13, 11)} />
      ))}
    </svg>
  );
}

/** The widest a bar may be, as a share of the strip: few events must not look like many. */
const BAR_SHARE_MAX = 1 / 200;

/**
 * Bars on a base line, the fullest bucket at full height; one with anything in it is high enough to be seen. A bar
 * stands at the end of its bucket, where the playhead is after the bucket's last event.
 */
function bars(values: Uint32Array, base: number, height: number): string {
  const most = values.reduce((high, value) => Math.max(high, value), 1);
  const wide = Math.min(1, values.length * BAR_SHARE_MAX);
  let path = '';
  values.forEach((value, bucket) => {
    if (value === 0) return;
    const tall = height * Math.max(0.25, value / most);
    path += `M${bucket + 1 - wide} ${base}v${-tall}h${wide}v${tall}z`;
  });
  return path;
}

function StripTable({ strip, all }: { strip: Strip; all: number }) {
  const buckets = strip.events.length;
  const ranges = Math.min(TABLE_RANGES, buckets);
  const sum = (values: Uint32Array, range: number): number =>
    values
      .subarray(Math.floor((range * buckets) / ranges), Math.floor(((range + 1) * buckets) / ranges))
      .reduce((total, value) => total + value, 0);
  return (
    <div class="sr-only">
      <table>
        <caption>{text.scrubber.table}</caption>
        <thead>
          <tr>
            <th scope="col">{text.scrubber.seq}</th>
            <th scope="col">{text.scrubber.events}</th>
            <th scope="col">{text.scrubber.failures}</th>
            <th scope="col">{text.scrubber.approvals}</th>
            <th scope="col">{text.scrubber.deadLetters}</th>
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: ranges }, (_, range) => (
            <tr key={range}>
              <th scope="row">
                {text.scrubber.range(Math.floor((range * all) / ranges) + 1, Math.floor(((range + 1) * all) / ranges))}
              </th>
              <td>{count(sum(strip.events, range))}</td>
              <td>{count(sum(strip.failures, range))}</td>
              <td>{count(sum(strip.approvals, range))}</td>
              <td>{count(sum(strip.dead_letters, range))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
