/**
 * What the package throws.
 *
 * Owns the one error class, and how a refusal of the core becomes one. Must not know who refuses or why.
 */

/** Shared by all copies of the package that a page may hold, so that `instanceof` works across its entries. */
const brand = Symbol.for('jobfold.error');

export class JobfoldError extends Error {
  constructor(code, message, { path = '', item = null, offset = null, status = null, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.path = path;
    this.item = item;
    this.offset = offset;
    this.status = status;
  }

  static [Symbol.hasInstance](value) {
    return value instanceof Object && brand in value;
  }
}

// A minifier shortens the class's own name, which Node prints.
Object.defineProperty(JobfoldError, 'name', { value: 'JobfoldError' });
// On the prototype, so that neither clutters the error when it is printed.
JobfoldError.prototype.name = 'JobfoldError';
JobfoldError.prototype[brand] = true;

/** A refusal as the core or a worker sends it, a plain object, as an error. */
export function errorOf({ code, message, path, item, offset, status }) {
  return new JobfoldError(code, message, { path, item: item ?? null, offset: offset ?? null, status: status ?? null });
}

/** The reverse, for the way out of a worker. */
export function refusalOf(error) {
  const { code = 'E_WORKER_GONE', message, path = '', item = null, offset = null, status = null } = error;
  return { code, message, path, item, offset, status };
}
