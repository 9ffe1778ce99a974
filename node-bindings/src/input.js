/**
 * How bytes and text get into the core: written straight into its memory, copied once.
 *
 * Owns the use of the core's input buffer. Must not know what the bytes mean.
 */
import { enter, memoryAt } from './core.js';
import { JobfoldError } from './error.js';

/** One call takes at most this much; the core's memory ends at 4 GiB. Larger input goes in pieces. */
export const INPUT_BYTES_MAX = 1 << 30;

const encoder = new TextEncoder();

/** Writes `input` where the core reads it, and answers how many bytes that are. */
export function write(input) {
  return typeof input === 'string' ? writeText(input) : writeBytes(bytesOf(input));
}

/** The bytes behind an ArrayBuffer or a view of one. */
export function bytesOf(input) {
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  return new Uint8Array(input);
}

/** Whether `input` is text or bytes already, and not an object to be written as JSON. */
export function isRaw(input) {
  return typeof input === 'string' || ArrayBuffer.isView(input) || input instanceof ArrayBuffer;
}

/** Writes texts one after the other, and answers the bytes of each. */
export function writeTexts(texts) {
  const lengths = new Uint32Array(texts.length);
  let at = 0;
  texts.forEach((text, index) => {
    lengths[index] = writeText(text, at);
    at += lengths[index];
  });
  return lengths;
}

function reserve(bytes, keep) {
  if (bytes > INPUT_BYTES_MAX) {
    const message = `expected at most ${INPUT_BYTES_MAX} bytes in one call, got ${bytes}; push it in pieces`;
    throw new JobfoldError('E_INPUT_TOO_LARGE', message);
  }
  return memoryAt(
    enter((core) => core.input_reserve(bytes, keep)),
    bytes,
  );
}

function writeBytes(bytes) {
  reserve(bytes.length, false).set(bytes);
  return bytes.length;
}

/** Most JSON is ASCII: room for one byte a character first, and for the worst case only when that was not enough. */
function writeText(text, at = 0) {
  let { read, written } = encoder.encodeInto(text, reserve(at + text.length, at > 0).subarray(at));
  while (read < text.length) {
    const room = reserve(at + written + (text.length - read) * 3, true).subarray(at + written);
    const more = encoder.encodeInto(text.slice(read), room);
    read += more.read;
    written += more.written;
  }
  return written;
}
