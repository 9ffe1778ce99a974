/*
 * References of a card. An event may carry any text as an address: only http and https become links, opened without
 * telling them where they were linked from; everything else is shown as text.
 */
import type { Ref } from '../protocol';
import { ExternalIcon } from './icons';

const SAFE = /^https?:\/\//i;

function name(ref: Ref): string {
  return ref.label ?? ref.id ?? ref.kind;
}

export function RefItem({ item, tabbable }: { item: Ref; tabbable: boolean }) {
  const { url } = item;
  if (url !== undefined && SAFE.test(url)) {
    return (
      <a
        class="ref"
        href={url}
        target="_blank"
        rel="noopener noreferrer"
        tabIndex={tabbable ? 0 : -1}
        title={url}
        onClick={(event) => event.stopPropagation()}
      >
        <span class="ref-text">{name(item)}</span>
        <ExternalIcon />
      </a>
    );
  }
  return (
    <span class="ref" title={[item.kind, item.id, url].filter(Boolean).join(' ')}>
      <span class="ref-text">{name(item)}</span>
    </span>
  );
}
