/**
 * `jobfold` for Node, built as CommonJS; the ES module beside it re-exports this one, so that a program that uses both
 * has one core and one `JobfoldError`. Reads the module beside the script at the first call; importing does nothing.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { startOnDemand } from '../core.js';
import { initSyncWith, initWith } from '../load.js';

export * from '../face.js';

const beside = () => readFileSync(join(__dirname, 'core.wasm'));

startOnDemand(() => initSyncWith(undefined, beside));

export const init = (input) => initWith(input, beside);
export const initSync = (input) => initSyncWith(input, beside);
