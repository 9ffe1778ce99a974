/**
 * The one instance of the WebAssembly core: started once, called through one door, poisoned visibly.
 *
 * Owns its life: not started, running, poisoned. `#core` is the glue that wasm-bindgen made for this entry's module;
 * the build names it. Must not know what the core can do.
 */
import * as core from '#core';
import { errorOf, JobfoldError } from './error.js';

let exports = null;
let poison = null;
let startNow = () => {
  throw new JobfoldError('E_NOT_INITIALIZED', 'the core is not started: await init() first');
};

/** Lets the entry for Node start the core by itself, at the first call. */
export function startOnDemand(start) {
  startNow = start;
}

export const isStarted = () => exports !== null;

/** Starts the core from a compiled module. */
export function startWith(module) {
  exports ??= core.initSync({ module });
}

/** The memory of the core as bytes. Ask again after each call: growing replaces the buffer. */
export function memoryAt(address, length) {
  return new Uint8Array(exports.memory.buffer, address, length);
}

/** How large the core's memory is, in bytes. It never shrinks. */
export const memoryBytes = () => exports?.memory.buffer.byteLength ?? 0;

/** The only way into the core. Turns refusals into errors, and a trap into the poisoned state. */
export function enter(call) {
  if (exports === null) startNow();
  if (poison !== null) throw poisoned();
  try {
    return call(core);
  } catch (fault) {
    throw translate(fault);
  }
}

/** Gives a handle back. A poisoned core takes nothing back, and giving back must not fail. */
export function release(handle) {
  if (poison === null) enter(() => handle.free());
}

function translate(fault) {
  if (typeof fault?.code === 'string' && !(fault instanceof Error)) return errorOf(fault);
  if (!isTrap(fault)) return fault;
  poison = { place: placeOfPanic(), cause: fault };
  return poisoned();
}

/** A panic, memory at its end, or a stack at its end: after each, what the core holds may be half changed. */
function isTrap(fault) {
  return fault instanceof WebAssembly.RuntimeError || fault instanceof RangeError || fault?.name === 'InternalError';
}

function placeOfPanic() {
  try {
    return core.panic_place();
  } catch {
    return '';
  }
}

function poisoned() {
  const where = poison.place === '' ? '' : ` at ${poison.place}`;
  const advice = 'nothing it holds can be trusted, start a new process, worker or page';
  const message = `the core stopped on a bug${where}: ${advice}`;
  return new JobfoldError('E_POISONED', message, { cause: poison.cause });
}
