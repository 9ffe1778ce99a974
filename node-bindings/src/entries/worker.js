/**
 * `jobfold/worker`: the client of a `JobsView` in a Web Worker.
 *
 * Owns the page's side of the protocol that `worker-thread.js` describes. Must not load the core into the page.
 */
import { errorOf, JobfoldError } from '../error.js';
import { isRaw } from '../input.js';
import { textOf } from '../json.js';
import { pushPieces } from '../stream.js';

export { JobfoldError };

export class WorkerView {
  #worker;
  #waiting = new Map();
  #next = 1;
  #gone = null;
  #tellGone;
  #lineBytesMax;

  /** Resolves if the worker ends by itself. */
  gone = new Promise((resolve) => {
    this.#tellGone = resolve;
  });

  static async open({ worker, wasm, ...options } = {}) {
    const view = new WorkerView(worker ?? ownWorker(), options);
    try {
      await view.#ask('open', [options, wasm]);
    } catch (error) {
      view.close();
      throw error;
    }
    return view;
  }

  constructor(worker, { event_bytes_max = 0 }) {
    this.#worker = worker;
    this.#lineBytesMax = event_bytes_max || 1 << 20;
    worker.addEventListener('message', ({ data }) => this.#hear(data));
    worker.addEventListener('error', (event) => {
      event.preventDefault?.();
      this.#end(`the worker stopped: ${event.message || 'its script could not be loaded'}`);
    });
    worker.addEventListener('messageerror', () => this.#end('the worker sent what could not be read'));
  }

  push(input, { transfer = false } = {}) {
    const raw = isRaw(input) ? input : textOf(input, 'input');
    const buffer = ArrayBuffer.isView(raw) ? raw.buffer : raw;
    return this.#ask('push', [raw], transfer && typeof raw !== 'string' ? [buffer] : []);
  }

  pushStream(source, onProgress) {
    return pushPieces(source, (bytes) => this.push(bytes), onProgress, this.#lineBytesMax);
  }

  update() {
    return this.#ask('update', []);
  }

  close() {
    this.#worker.terminate();
    this.#end('the view was closed', false);
  }

  #ask(method, args, transfer = []) {
    if (this.#gone !== null) return Promise.reject(this.#gone);
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, method, args }, transfer);
    });
  }

  #hear({ id, value, error }) {
    const { resolve, reject } = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) resolve(value);
    else this.#refuse(reject, errorOf(error));
  }

  /** A poisoned core answers nothing any more: the worker is as good as gone. */
  #refuse(reject, error) {
    reject(error);
    if (error.code === 'E_POISONED') this.#tellGone(error);
  }

  #end(message, byItself = true) {
    this.#gone ??= new JobfoldError('E_WORKER_GONE', message);
    for (const { reject } of this.#waiting.values()) reject(this.#gone);
    this.#waiting.clear();
    if (byItself) this.#tellGone(this.#gone);
  }

  static {
    // The rest is asked for by name, as `JobsView` has it.
    const asked = [
      'changes',
      'seek',
      'live',
      'cards',
      'card',
      'find',
      'digest',
      'query',
      'statusCounts',
      'event',
      'events',
      'eventJson',
      'jobEvents',
      'density',
      'nextFailure',
      'previousFailure',
      'snapshot',
      'view',
    ];
    for (const method of asked) {
      this.prototype[method] = function (...args) {
        return this.#ask(method, args);
      };
    }
    if (Symbol.dispose) this.prototype[Symbol.dispose] = this.prototype.close;
  }
}

function ownWorker() {
  if (typeof Worker !== 'function') throw new JobfoldError('E_UNSUPPORTED', 'there are no Web Workers here');
  // Bundlers look for this very expression.
  return new Worker(new URL('./worker-thread.js', import.meta.url), { type: 'module', name: 'jobfold' });
}
