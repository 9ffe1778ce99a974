/*
 * Indents JSON text for reading without parsing it, so that `1.0`, integers beyond 2^53, repeated keys and the order
 * of members stay exactly as the core wrote them.
 *
 * Owns white space between tokens and nothing else. Input is JSON the core has already checked.
 */

/** The text with one member or item a line, two spaces a level; empty lists and objects stay on one line. */
export function indentJson(text: string): string {
  let out = '';
  let depth = 0;
  let i = 0;
  while (i < text.length) {
    const c = text[i]!;
    if (c === '"') {
      const end = stringEnd(text, i);
      out += text.slice(i, end);
      i = end;
      continue;
    }
    if (c === '{' || c === '[') {
      const next = skipSpace(text, i + 1);
      const closing = text[next];
      if (closing === '}' || closing === ']') {
        out += c + closing;
        i = next + 1;
        continue;
      }
      depth += 1;
      out += c + newline(depth);
    } else if (c === '}' || c === ']') {
      depth -= 1;
      out += newline(depth) + c;
    } else if (c === ',') out += c + newline(depth);
    else if (c === ':') out += ': ';
    else if (!isSpace(c)) out += c;
    i += 1;
  }
  return out;
}

/** Index behind the string that opens at `start`. */
export function stringEnd(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return Math.min(i + 1, text.length);
}

function newline(depth: number): string {
  return '\n' + '  '.repeat(Math.min(depth, 64));
}

function isSpace(c: string): boolean {
  return c === ' ' || c === '\n' || c === '\r' || c === '\t';
}

function skipSpace(text: string, from: number): number {
  let i = from;
  while (i < text.length && isSpace(text[i]!)) i += 1;
  return i;
}

/** The exact text of a member of the outermost object; null when it has none of that name. */
export function memberText(text: string, name: string): string | null {
  const quoted = JSON.stringify(name);
  let depth = 0;
  let i = 0;
  while (i < text.length) {
    const c = text[i]!;
    if (c === '"') {
      const end = stringEnd(text, i);
      const colon = skipSpace(text, end);
      if (depth === 1 && text[colon] === ':' && text.slice(i, end) === quoted) return valueText(text, skipSpace(text, colon + 1));
      i = end;
      continue;
    }
    if (c === '{' || c === '[') depth += 1;
    else if (c === '}' || c === ']') depth -= 1;
    i += 1;
  }
  return null;
}

function valueText(text: string, start: number): string {
  let depth = 0;
  let i = start;
  while (i < text.length) {
    const c = text[i]!;
    if (c === '"') {
      i = stringEnd(text, i);
      continue;
    }
    if (c === '{' || c === '[') depth += 1;
    else if (c === '}' || c === ']' || c === ',') {
      if (depth === 0) break;
      if (c !== ',') depth -= 1;
    }
    i += 1;
  }
  return text.slice(start, i).trimEnd();
}
