/**
 * `jobfold/slim`: the same face without a module. The caller brings `jobfold/core.wasm` as bytes, address, response or
 * compiled module.
 */
import type { InitInput, WebAssemblyModule } from './index.js';

export * from './index.js';

/** Loads and starts the core. Idempotent: a second call returns the same promise and ignores its argument. */
export declare function init(input: InitInput | PromiseLike<InitInput>): Promise<void>;

/** The same at once, from bytes or a compiled module. */
export declare function initSync(input: ArrayBuffer | ArrayBufferView | WebAssemblyModule): void;
