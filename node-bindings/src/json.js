/**
 * Objects to JSON text and back, with the package's errors.
 *
 * Owns the two small rules of the object forms: what JSON cannot carry is refused by name, and undefined counts as
 * null.
 */
import { JobfoldError } from './error.js';

/** The JSON text of an argument; undefined and null are `null`. `name` is the argument's, for the error. */
export function textOf(value, name) {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (cause) {
    throw new JobfoldError('arguments_invalid', `${name}: expected a value that JSON can carry`, { path: name, cause });
  }
}

/** An argument that has to be text already. */
export function requireText(value, name) {
  if (typeof value === 'string') return value;
  throw new JobfoldError('arguments_invalid', `${name}: expected text, got ${value === null ? 'null' : typeof value}`, {
    path: name,
  });
}

/** The same where missing counts as null; what null means is the core's to say. */
export const given = (value, name) => requireText(value ?? 'null', name);

/** A value from JSON text, or null where there is no text. */
export const parse = (text) => (text === undefined ? null : JSON.parse(text));
