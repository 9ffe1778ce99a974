/*
 * What a screen reader hears about changes: one polite region, at most one message in five seconds, so that a busy
 * feed does not talk without end. Answers to the person's own action do not wait.
 */
import { effect, signal } from '@preact/signals';
import { text } from '../text';
import { counts, head, live } from './store';

const QUIET_MS = 5_000;

export const announcement = signal('');

let waiting: ReturnType<typeof setTimeout> | null = null;

export function announce(message: string, at_once = false): void {
  if (at_once) {
    announcement.value = message;
    return;
  }
  waiting ??= setTimeout(() => {
    waiting = null;
    announcement.value = message;
  }, QUIET_MS);
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
