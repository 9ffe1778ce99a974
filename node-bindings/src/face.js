/** All that every entry offers, besides its own `init` and `initSync`. */
export * from './contract.js';
export { JobfoldError } from './error.js';
export { default_log, EventLog, verify_log } from './log.js';
export { JobsView } from './view.js';
export { memoryBytes as memory_bytes } from './core.js';
