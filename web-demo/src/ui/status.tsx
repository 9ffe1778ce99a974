/*
 * How a status looks: a text, a shape and a colour, any two of which are enough.
 *
 * Owns appearance only. The set of statuses is open: one that is not known here is shown under its own name, neutral.
 */
import type { ComponentChildren } from 'preact';
import { text } from '../text';

type Tone = 'calm' | 'wait' | 'go' | 'good' | 'bad' | 'ask' | 'dead' | 'off';

const SHAPES: Record<string, { tone: Tone; label: string; shape: ComponentChildren }> = {
  scheduled: {
    tone: 'calm',
    label: text.status.scheduled,
    shape: (
      <>
        <circle class="line" cx="8" cy="8" r="6" />
        <path class="line" d="M8 4.8V8l2.2 1.6" />
      </>
    ),
  },
  queued: {
    tone: 'wait',
    label: text.status.queued,
    shape: <path class="line" d="M2.5 4h11M2.5 8h11M2.5 12h6" />,
  },
  running: {
    tone: 'go',
    label: text.status.running,
    shape: (
      <>
        <circle class="line" cx="8" cy="8" r="6" />
        <path class="fill" d="M8 2a6 6 0 0 1 0 12z" />
      </>
    ),
  },
  succeeded: {
    tone: 'good',
    label: text.status.succeeded,
    shape: (
      <>
        <circle class="fill" cx="8" cy="8" r="7" />
        <path class="cut" d="m4.8 8.2 2.2 2.2 4.2-4.6" />
      </>
    ),
  },
  failed: {
    tone: 'bad',
    label: text.status.failed,
    shape: (
      <>
        <path class="fill" d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" />
        <path class="cut" d="m5.5 5.5 5 5m0-5-5 5" />
      </>
    ),
  },
  waiting_approval: {
    tone: 'ask',
    label: text.status.waiting_approval,
    shape: (
      <>
        <path class="fill" d="M8 .6 15.4 8 8 15.4.6 8z" />
        <path class="cut" d="M8 4.6v4M8 11v.2" />
      </>
    ),
  },
  dlq: {
    tone: 'dead',
    label: text.status.dlq,
    shape: (
      <>
        <rect class="fill" x="1.5" y="1.5" width="13" height="13" rx="1.5" />
        <path class="cut" d="M8 4.2v6m-2.7-2.6L8 10.3l2.7-2.7M5 12.6h6" />
      </>
    ),
  },
  canceled: {
    tone: 'off',
    label: text.status.canceled,
    shape: (
      <>
        <circle class="line" cx="8" cy="8" r="6" />
        <path class="line" d="m3.8 12.2 8.4-8.4" />
      </>
    ),
  },
  unknown: {
    tone: 'off',
    label: text.status.unknown,
    shape: (
      <>
        <circle class="line dashed" cx="8" cy="8" r="6.2" />
        <path class="line" d="M6.4 6.4a1.7 1.7 0 1 1 2.3 1.6c-.5.2-.7.5-.7 1M8 11.2v.1" />
      </>
    ),
  },
};

function lookOf(status: string): { tone: Tone; label: string; shape: ComponentChildren } {
  const known = Object.hasOwn(SHAPES, status) ? SHAPES[status] : undefined;
  return known ?? { ...SHAPES['unknown']!, label: text.status.other(status) };
}

export function toneOf(status: string): Tone {
  return lookOf(status).tone;
}

export function labelOf(status: string): string {
  return lookOf(status).label;
}

export function StatusShape({ status }: { status: string }) {
  const look = lookOf(status);
  return (
    <svg class={`shape tone-${look.tone}`} viewBox="0 0 16 16" aria-hidden="true">
      {look.shape}
    </svg>
  );
}

export function Status({ status }: { status: string }) {
  const look = lookOf(status);
  return (
    <span class={`status tone-${look.tone}`}>
      <StatusShape status={status} />
      <span class="status-text">{look.label}</span>
    </span>
  );
}
