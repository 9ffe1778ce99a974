/** How a measurement is printed: a line of five fields for `cargo xtask bench`, which readers can read too. */

import { existsSync, readFileSync } from 'node:fs';

export const report = (...fields) => console.log(fields.join('\t'));

/** For people; passed over by who collects the lines. */
export const say = (text) => console.log(`# ${text}`);

/**
 * Time of this thread on a processor in milliseconds, where the system tells; else the clock on the wall. On a busy machine
 * only the first says how much work something is. Reading it costs some microseconds: for long work.
 */
export function processorClock() {
  const file = '/proc/thread-self/schedstat';
  if (!existsSync(file)) return () => performance.now();
  return () => Number(readFileSync(file, 'utf8').split(' ')[0]) / 1e6;
}
