/**
 * `jobfold` for browsers, bundlers and everything else that has `fetch`: the module is a file beside the script.
 *
 * The literal `new URL('./core.wasm', import.meta.url)` is what bundlers look for; it must stay in one piece.
 */
import { initSyncWith, initWith } from '../load.js';

export * from '../face.js';

export const init = (input) => initWith(input, () => new URL('./core.wasm', import.meta.url));
export const initSync = (input) => initSyncWith(input);
