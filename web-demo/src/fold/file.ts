/*
 * Feeds a file or a bundled history to the fold in pieces that end at a line, so that the page shows the first cards
 * while the rest is still being read.
 *
 * Owns cutting and pacing. It must not know what a line says; what makes sense only as one thing (a JSON array, an
 * exported log) is handed on whole.
 */

/** Bytes folded before the worker looks at its messages again: about 500 events, a few milliseconds. */
export const PIECE_BYTES = 512 * 1024;

export interface Pieces {
  /** Whether the file, by its first bytes, must not be cut. */
  isOne(start: Uint8Array): boolean;
  /** Folds one piece; throws when the core refuses it. */
  piece(bytes: Uint8Array): void;
  progress(bytes: number): void;
  /** Lets messages in; resolves false when another source was opened meanwhile. */
  pause(): Promise<boolean>;
}

export async function feed(stream: ReadableStream<Uint8Array>, to: Pieces): Promise<void> {
  const reader = stream.getReader();
  let held: Uint8Array[] = [];
  let held_bytes = 0;
  let done_bytes = 0;
  let whole: boolean | null = null;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    whole ??= to.isOne(value);
    let rest = value;
    while (!whole && held_bytes + rest.length >= PIECE_BYTES) {
      const from = Math.max(0, PIECE_BYTES - held_bytes - 1);
      const end = rest.indexOf(10, from);
      if (end < 0) break;
      held.push(rest.subarray(0, end + 1));
      const piece = joined(held, held_bytes + end + 1);
      to.piece(piece);
      done_bytes += piece.length;
      to.progress(done_bytes);
      held = [];
      held_bytes = 0;
      rest = rest.subarray(end + 1);
      if (!(await to.pause())) {
        await reader.cancel();
        return;
      }
    }
    held.push(rest);
    held_bytes += rest.length;
  }
  if (held_bytes > 0) {
    to.piece(joined(held, held_bytes));
    to.progress(done_bytes + held_bytes);
  }
}

function joined(parts: Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
