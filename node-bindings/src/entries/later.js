/**
 * What only asynchronous calls need: streams, daemons and files. A file of its own beside the ES modules, loaded at the
 * first such call, so that a page that never makes one does not pay for it.
 */
export { pushPieces } from '../stream.js';
export { pull, push } from '../transfer.js';
