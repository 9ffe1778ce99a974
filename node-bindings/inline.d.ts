/**
 * `jobfold/inline`: the same face with the WebAssembly module inside the JavaScript, as base64 and built for size. For
 * bundlers that do not copy `core.wasm`, and for single-file pages.
 */
export * from './index.js';

/** Starts the core from the module this entry carries. Idempotent. */
export declare function init(): Promise<void>;

/** The same at once. Legal in Node, in workers and in pages. */
export declare function initSync(): void;
