/**
 * `node fresh.mjs ours|baseline FILE`: folds a file once in this process, which has done nothing yet, and prints how long it
 * took in milliseconds, from before the code was loaded until the cards were there.
 */
import { readFileSync } from 'node:fs';

import { processorClock } from './report.mjs';

const [way, file] = process.argv.slice(2);
const bytes = readFileSync(file);

const WAYS = {
  async ours() {
    const { JobsView } = await import('jobfold');
    const view = new JobsView();
    view.push(bytes);
    return view.cards();
  },
  async baseline() {
    const { foldBytes } = await import('./baseline.mjs');
    return foldBytes(bytes);
  },
};

const clock = processorClock();
const start = clock();
const cards = await WAYS[way]();
const took = clock() - start;
if (cards.length === 0) throw new Error('no cards');
console.log(took);
