/** `jobfold/inline`: the module travels in the script as base64. `#inline` is that text; the build makes it. */
import { initSyncWith, initWith } from '../load.js';
import base64 from '#inline';

export * from '../face.js';

const bytes = () => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

export const init = () => initWith(undefined, bytes);
export const initSync = () => initSyncWith(undefined, bytes);
