/*
 * The one line of a card that says why to look: what is asked, what died, or the last error. The contract never clears
 * the last error, so behind a status that is not bad it is drawn quietly.
 */
import type { Row } from '../protocol';
import { text } from '../text';
import { toneOf } from './status';

export interface Problem {
  tone: string;
  text: string;
}

export function problemOf(row: Row): Problem | null {
  const tone = toneOf(row.status);
  if (tone === 'ask' && row.approval_text !== undefined) return { tone, text: row.approval_text };
  if (tone === 'dead' && row.dlq_text !== undefined) return { tone, text: row.dlq_text };
  if (row.error_text === undefined) return null;
  if (tone === 'bad' || tone === 'dead') return { tone, text: row.error_text };
  return { tone: 'quiet', text: text.list.lastError(row.error_text) };
}

export function Problem({ of }: { of: Problem }) {
  return (
    <p class={`problem problem-${of.tone}`} title={of.text}>
      {of.text}
    </p>
  );
}
