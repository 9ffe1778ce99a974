/* Writes public/sample.ndjson, the history the page offers when there is nothing else to look at. Run after a change. */
import { writeFileSync } from 'node:fs';
import { day, lines } from '../test/history.mjs';

const events = await lines(day({ seed: 20_261_118, jobs: 32, runs_max: 4 }));
writeFileSync(new URL('../public/sample.ndjson', import.meta.url), `${events.join('\n')}\n`);
console.log(`${events.length} events`);
