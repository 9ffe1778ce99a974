/**
 * JSON Lines as they arrive: pieces of bytes cut at line ends and pushed one after the other.
 *
 * Owns the cutting and the sums. Must not know what a line holds, nor who takes the pieces in.
 */
import { JobfoldError } from './error.js';
import { bytesOf } from './input.js';

/** Large enough that a call costs nothing beside its work, small enough that a page stays responsive between two. */
const PIECE_BYTES = 256 << 10;

const LINE_END = 10;

/**
 * Pushes `source` through `push`, which takes bytes and answers what it did, at once or later.
 * A line longer than `lineBytesMax` is pushed unfinished, so that `push` refuses it before memory runs out.
 */
export async function pushPieces(source, push, onProgress, lineBytesMax) {
  const total = { offered: 0, unique: 0, duplicates: 0, position: 0 };
  let offset = 0;
  const take = async (bytes) => {
    const pushed = await rebased(push, bytes, total.offered, offset);
    offset += bytes.length;
    add(total, pushed);
    onProgress?.(pushed);
  };
  let rest = new Rest();
  for await (const piece of piecesOf(source)) {
    const bytes = bytesOf(piece);
    let from = 0;
    for (let end = cutAfter(bytes, from); end > from; end = cutAfter(bytes, from)) {
      await take(rest.with(bytes.subarray(from, end)));
      rest = new Rest();
      from = end;
    }
    rest.add(bytes.subarray(from));
    if (rest.bytes > lineBytesMax) await take(rest.with());
  }
  if (rest.bytes > 0) await take(rest.with());
  return total;
}

/** Where the next piece ends: after a line end about `PIECE_BYTES` further on, or the last one there is. */
function cutAfter(bytes, from) {
  const near = bytes.indexOf(LINE_END, Math.min(from + PIECE_BYTES, bytes.length));
  return (near === -1 ? bytes.lastIndexOf(LINE_END) : near) + 1;
}

/** The unfinished line: kept in parts, joined once. */
class Rest {
  bytes = 0;
  #parts = [];

  add(part) {
    if (part.length === 0) return;
    // A copy: who reads a stream may use its buffer again.
    this.#parts.push(part.slice());
    this.bytes += part.length;
  }

  with(last = new Uint8Array(0)) {
    if (this.bytes === 0) return last;
    const whole = new Uint8Array(this.bytes + last.length);
    let at = 0;
    for (const part of [...this.#parts, last]) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}

function add(total, pushed) {
  total.offered += pushed.offered;
  total.unique += pushed.unique;
  total.duplicates += pushed.duplicates;
  total.position = pushed.position;
}

/** An error inside a piece, placed in the stream: pieces before it count. */
async function rebased(push, bytes, items, offset) {
  try {
    return await push(bytes);
  } catch (error) {
    if (!(error instanceof JobfoldError)) throw error;
    const { code, path, status, cause } = error;
    const place = {
      item: error.item === null ? null : error.item + items,
      offset: error.offset === null ? null : error.offset + offset,
    };
    const message = items === 0 ? error.message : `after ${items} events: ${error.message}`;
    throw new JobfoldError(code, message, { path, status, cause, ...place });
  }
}

/** Safari's streams are not iterable; a reader works everywhere. */
async function* piecesOf(source) {
  if (typeof source.getReader !== 'function') {
    yield* source;
    return;
  }
  const reader = source.getReader();
  let done = false;
  try {
    while (!done) {
      const next = await reader.read();
      done = next.done;
      if (!done) yield next.value;
    }
  } finally {
    // Left early, by an error or because a piece was refused: nobody will read the rest.
    if (!done) await reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}
