/*
 * What a screen reader hears about changes: one polite region, at most one message in five seconds, so that a busy
 * feed does not talk without end. Answers to the person's own action do not wait.
 */
import { effect, signal } from '@preact/signals';
import { text } from '../text';
import { answeredQuery, counts, head, live, resultCount } from './store';

const QUIET_MS = 5_000;
const PAUSE_MS = 800;

export const announcement = signal('');

/** Answers the person's own action, at once. */
export function announce(message: string): void {
  announcement.value = message;
}

/** Says how many jobs a search found, once typing has paused. */
export function announceResults(): void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  effect(() => {
    const asked = answeredQuery.value;
    if (timer !== null) clearTimeout(timer);
    timer = asked === '' ? null : setTimeout(() => (announcement.value = text.announce.results(resultCount.peek())), PAUSE_MS);
  });
}

/** Says every five seconds what came in while the page follows the head. */
export function announceArrivals(): void {
  let said_head = 0;
  let timer: ReturnType<typeof setTimeout> | null = null;
  effect(() => {
    const arrived = head.value;
    if (arrived < said_head) said_head = 0;
    if (!live.value || arrived === said_head || timer !== null) return;
    timer = setTimeout(() => {
      timer = null;
      const fresh = head.peek() - said_head;
      said_head = head.peek();
      if (fresh > 0) announcement.value = text.announce.arrivals(fresh, counts.peek());
    }, QUIET_MS);
  });
}
