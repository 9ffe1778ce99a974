/*
 * JSON text with its tokens coloured and a copy button. The text is shown as it came: nothing is parsed, so no number
 * changes its digits.
 */
import { useState } from 'preact/hooks';
import { stringEnd } from '../fold/jsontext';
import { copy } from '../state/actions';
import { text } from '../text';
import { CopyIcon } from './icons';

/** Longer texts are shown plain: every token costs an element. */
const COLOURED_CHARS_MAX = 20_000;

type Token = { text: string; kind: 'key' | 'string' | 'atom' | '' };

function tokens(json: string): Token[] {
  const out: Token[] = [];
  let plain = '';
  const flush = (): void => {
    if (plain) out.push({ text: plain, kind: '' });
    plain = '';
  };
  for (let i = 0; i < json.length;) {
    const c = json[i]!;
    if (c === '"') {
      flush();
      const end = stringEnd(json, i);
      out.push({ text: json.slice(i, end), kind: json[end] === ':' ? 'key' : 'string' });
      i = end;
    } else if (/[-\w]/.test(c)) {
      flush();
      const end = i + /^[-+.\w]+/.exec(json.slice(i, i + 400))![0].length;
      out.push({ text: json.slice(i, end), kind: 'atom' });
      i = end;
    } else {
      plain += c;
      i += 1;
    }
  }
  flush();
  return out;
}

export function Json({ json, label, copyLabel }: { json: string; label: string; copyLabel: string }) {
  const parts = json.length > COLOURED_CHARS_MAX ? [{ text: json, kind: '' } as Token] : tokens(json);
  return (
    <div class="json">
      <pre tabIndex={0} role="region" aria-label={label}>
        {parts.map((part) => (part.kind === '' ? part.text : <span class={`json-${part.kind}`}>{part.text}</span>))}
      </pre>
      <CopyButton value={json} label={copyLabel} />
    </div>
  );
}

const SAID_MS = 1_600;

/** Copies a text and says so in its own place. */
export function CopyButton({ value, label, children }: { value: string; label: string; children?: preact.ComponentChildren }) {
  const [said, setSaid] = useState<string | null>(null);
  const press = async (): Promise<void> => {
    setSaid((await copy(value)) ? text.detail.copied : text.detail.copyFailed);
    setTimeout(() => setSaid(null), SAID_MS);
  };
  return (
    <button type="button" class={children ? 'copy copy-wide' : 'copy icon-button'} onClick={press} title={label}>
      {children}
      <CopyIcon />
      <span class="sr-only">{label}</span>
      {said && (
        <span class="said" role="status">
          {said}
        </span>
      )}
    </button>
  );
}
