/*
 * The keyboard. Every key does what some visible control does; none fires while something is typed, and the
 * single-character ones can be switched off (WCAG 2.1.4).
 */
import { copyLink, toggleLive, setLayout, step, toFailure } from '../state/actions';
import { helpOpen, layout, selected, singleKeys } from '../state/store';
import { closeDetail } from './Detail';
import { focusList, moveActive } from './Jobs';

const SINGLE: Record<string, () => void> = {
  '/': () => document.querySelector<HTMLInputElement>('#query')?.focus(),
  j: () => moveActive(1),
  k: () => moveActive(-1),
  '[': () => step(-1),
  ']': () => step(1),
  '{': () => toFailure(-1),
  '}': () => toFailure(1),
  v: () => setLayout(layout.peek() === 'cards' ? 'list' : 'cards'),
  c: () => void copyLink(),
  '?': () => (helpOpen.value = true),
};

export function listen(): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || helpOpen.peek()) return;
    const target = event.target as HTMLElement;
    if (target.closest('input, textarea, select, [contenteditable]')) return;
    if (event.key === 'Escape') {
      if (selected.peek() !== null) closeDetail();
      else focusList();
      return;
    }
    if (!singleKeys.peek()) return;
    // Space presses a focused button; it is free everywhere else.
    if (event.key === ' ') {
      if (target.closest('button, a, summary, [role="slider"], pre')) return;
      event.preventDefault();
      toggleLive();
      return;
    }
    const run = SINGLE[event.key];
    if (!run) return;
    event.preventDefault();
    run();
  });
}
