/** `jobfold/slim`: no module; the caller brings it. */
import { initSyncWith, initWith } from '../load.js';

export * from '../face.js';

export const init = (input) => initWith(input);
export const initSync = (input) => initSyncWith(input);
