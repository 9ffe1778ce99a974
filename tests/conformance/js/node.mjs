/**
 * `node node.mjs REQUESTS ANSWERS`: makes the calls on the package's Node entry, one answer line for each request line.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import * as jobfold from 'jobfold';
import { makeRunner } from './calls.mjs';

const [requests, answers] = process.argv.slice(2);
const run = makeRunner(jobfold);
const out = createWriteStream(answers);
for await (const line of createInterface({ input: createReadStream(requests), crlfDelay: Infinity })) {
  if (!out.write(`${JSON.stringify(run(JSON.parse(line)))}\n`)) await once(out, 'drain');
}
out.end();
await once(out, 'finish');
