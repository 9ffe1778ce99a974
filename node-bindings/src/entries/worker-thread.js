/**
 * The script that runs in the Web Worker: one `JobsView`, driven by messages.
 *
 * Owns the worker's side of the protocol. A message is `{id, method, args}`, the answer `{id, value}` or `{id, error}`
 * with the error as a plain object. The first message opens the view. Messages are answered in their order.
 */
import { refusalOf } from '../error.js';
import { init, JobsView } from './browser.js';

let view = null;
/** The cursor of the one client, for `update`. */
let seen = 0;

/** What differs from calling a method of `JobsView` by its name. */
const methods = {
  async open(options, wasm) {
    await init(wasm);
    view = new JobsView(options);
  },
  update() {
    const { cursor, len, indices } = view.changes(seen);
    seen = cursor;
    const { position, head, isLive } = view;
    return { position, head, isLive, length: len, indices, statusCounts: view.statusCounts() };
  },
  events: (positions) => Array.from(positions, (position) => view.event(position)),
};

async function answer({ id, method, args }) {
  try {
    const value = await (Object.hasOwn(methods, method) ? methods[method](...args) : view[method](...args));
    postMessage({ id, value }, buffersOf(value));
  } catch (error) {
    postMessage({ id, error: refusalOf(error) });
  }
}

/** Typed arrays leave by transfer: nobody here needs them again. */
function buffersOf(value) {
  const columns = ArrayBuffer.isView(value) ? [value] : Object.values(value ?? {}).filter(ArrayBuffer.isView);
  return columns.map((column) => column.buffer);
}

// One after the other: only `open` takes time, and what comes meanwhile waits for it.
let last = Promise.resolve();
addEventListener('message', ({ data }) => {
  last = last.then(() => answer(data));
});
