/**
 * From "where the module is" to a started core.
 *
 * Owns `init` and `initSync` and the checks on what a server gave back. Each entry says what its own default is. Must
 * not know Node: what needs it is in the entry for Node.
 */
import { isStarted, startWith } from './core.js';
import { JobfoldError } from './error.js';

let started = null;

/** `init` of an entry: `fallback` gives the entry's own module, or undefined if it has none. */
export function initWith(input, fallback) {
  started ??= start(input, fallback).catch((fault) => {
    started = null;
    throw fault;
  });
  return started;
}

/** `initSync` of an entry. */
export function initSyncWith(input, fallback) {
  if (isStarted()) return;
  const given = input ?? fallback?.();
  if (given === undefined) throw noInput();
  startWith(given instanceof WebAssembly.Module ? given : compileNow(bytesOf(given)));
}

async function start(input, fallback) {
  if (isStarted()) return;
  const given = (await input) ?? (await fallback?.());
  if (given === undefined) throw noInput();
  const module = await compile(given);
  // Another way in may have won while this one waited.
  if (!isStarted()) startWith(module);
}

const noInput = () =>
  new JobfoldError('E_NO_INPUT', 'this entry has no module of its own: pass its bytes, address or module');

async function compile(given) {
  if (given instanceof WebAssembly.Module) return given;
  if (given instanceof ArrayBuffer || ArrayBuffer.isView(given)) return compileBytes(bytesOf(given));
  const response = typeof given.arrayBuffer === 'function' ? given : await get(String(given.href ?? given));
  if (response.ok === false) {
    throw new JobfoldError('E_WASM_FETCH', `expected the WebAssembly module, got HTTP status ${response.status}`, {
      status: response.status,
    });
  }
  return compileResponse(response);
}

async function get(address) {
  try {
    return await fetch(address);
  } catch (cause) {
    throw new JobfoldError('E_WASM_FETCH', 'the WebAssembly module could not be fetched', { cause });
  }
}

/** Compiles while it arrives, where the server names the type; else reads all and looks at it first. */
async function compileResponse(response) {
  const type = response.headers?.get?.('content-type') ?? '';
  if (WebAssembly.compileStreaming && type.startsWith('application/wasm'))
    return WebAssembly.compileStreaming(response);
  return compileBytes(new Uint8Array(await response.arrayBuffer()));
}

function compileBytes(bytes) {
  checkMagic(bytes);
  return WebAssembly.compile(bytes);
}

function compileNow(bytes) {
  checkMagic(bytes);
  return new WebAssembly.Module(bytes);
}

const bytesOf = (given) =>
  ArrayBuffer.isView(given) ? new Uint8Array(given.buffer, given.byteOffset, given.byteLength) : new Uint8Array(given);

/**
 * `\0asm`. A development server that answers every unknown address with its page is the usual reason for anything else.
 */
function checkMagic(bytes) {
  if (bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d) return;
  const begin = String.fromCharCode(...bytes.subarray(0, 16))
    .trimStart()
    .toLowerCase();
  const message = /^<(!do|html|head)/.test(begin)
    ? 'the server returned HTML instead of WASM; use `./inline`, or make the server deliver core.wasm'
    : 'what was loaded is not a WebAssembly module';
  throw new JobfoldError('E_NOT_WASM', message);
}
