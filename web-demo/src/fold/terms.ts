/*
 * Splits a query into its terms, so that the page can say which of them excludes everything and drop one.
 *
 * Owns where a term begins and ends (white space, with double quotes keeping words together). What a term means is
 * the core's business: this file never looks inside one.
 */

export function splitTerms(query: string): string[] {
  const terms: string[] = [];
  let term = '';
  let quoted = false;
  for (const c of query) {
    if (c === '"') quoted = !quoted;
    if (/\s/.test(c) && !quoted) {
      if (term) terms.push(term);
      term = '';
    } else term += c;
  }
  if (term) terms.push(term);
  return terms;
}

/** The query without one of its terms; other terms keep their order. */
export function withoutTerm(query: string, term: string): string {
  const terms = splitTerms(query);
  const at = terms.indexOf(term);
  if (at >= 0) terms.splice(at, 1);
  return terms.join(' ');
}
