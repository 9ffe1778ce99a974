/**
 * `EventLog` and `verify_log`: the core's chained log behind a JavaScript class.
 *
 * Owns the handle and the clock that stamps records. Records, chain and limits are the core's; moving events to and
 * from a daemon or a file is in `transfer.js`, which is loaded when it is asked for.
 */
import { enter, release } from './core.js';
import { JobfoldError } from './error.js';
import { isRaw, write, writeTexts } from './input.js';
import { requireText, textOf } from './json.js';

let handleOf;

export class EventLog {
  #handle;
  #now;

  static {
    handleOf = (log) => {
      if (log.#handle === null) throw new JobfoldError('E_FREED', 'the log was freed');
      return { handle: log.#handle, at_ms: log.#now() };
    };
  }

  constructor({ now = Date.now } = {}) {
    this.#now = now;
    this.#handle = enter((core) => new core.LogHandle());
  }

  get length() {
    return withLog(this, (_, log) => log.length());
  }

  get head() {
    return withLog(this, (_, log) => log.head());
  }

  append(topic, kind, payload, headers) {
    return this.appendJson(topic, kind, textOf(payload, 'payload'), headers);
  }

  appendJson(topic, kind, payload, headers = {}) {
    const texts = [requireText(topic, 'topic'), requireText(kind, 'kind'), requireText(payload, 'payload')];
    for (const [name, value] of Object.entries(headers)) texts.push(name, requireText(value, `headers.${name}`));
    return withLog(this, (_, log, at_ms) => log.append(writeTexts(texts), at_ms));
  }

  records(topic) {
    const read = (_, log) => (topic === undefined ? log.records() : log.records_of(write(requireText(topic, 'topic'))));
    return JSON.parse(withLog(this, read));
  }

  verify() {
    return withLog(this, (_, log) => log.verify());
  }

  exportNdjson() {
    return withLog(this, (_, log) => log.export_ndjson());
  }

  importNdjson(ndjson) {
    return withLog(this, (_, log) => log.import_ndjson(write(requireRaw(ndjson, 'ndjson'))));
  }

  async push(target, options) {
    return (await import('#later')).push(this, target, options);
  }

  async pull(source, options) {
    return (await import('#later')).pull(this, source, options);
  }

  free() {
    const handle = this.#handle;
    this.#handle = null;
    if (handle !== null) release(handle);
  }
}

if (Symbol.dispose) EventLog.prototype[Symbol.dispose] = EventLog.prototype.free;

/** Calls the core with a log's handle and the time by that log's clock. */
export function withLog(log, call) {
  const { handle, at_ms } = handleOf(log);
  return enter((core) => call(core, handle, at_ms));
}

let own = null;

export function default_log() {
  return (own ??= new EventLog());
}

export function verify_log(log) {
  const ndjson = Array.isArray(log) ? log.map((record) => textOf(record, 'log')).join('\n') : requireRaw(log, 'log');
  return enter((core) => core.verify_ndjson(write(ndjson)));
}

function requireRaw(value, name) {
  if (isRaw(value)) return value;
  throw new JobfoldError('arguments_invalid', `${name}: expected text or bytes`, { path: name });
}
