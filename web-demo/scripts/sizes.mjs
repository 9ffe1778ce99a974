/*
 * Weighs what a browser loads before the page is of use, and fails above the budget: JavaScript at most 60 KB with
 * brotli (dashboard specification §10). Everything in assets/ counts: page and worker are both needed at once.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';

const DIST = new URL('../dist/', import.meta.url);
const SCRIPT_BYTES_MAX = 60_000;

const weigh = (name) =>
  brotliCompressSync(readFileSync(new URL(name, DIST)), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;

const names = readdirSync(DIST, { recursive: true })
  .filter((name) => /\.(js|css|wasm|html)$/.test(name))
  .sort();
const totals = { js: 0, css: 0, wasm: 0, html: 0 };
for (const name of names) {
  const bytes = weigh(name);
  totals[name.split('.').at(-1)] += bytes;
  console.log(`${String(bytes).padStart(8)}  ${name}`);
}
console.log(`script ${totals.js} B of ${SCRIPT_BYTES_MAX}, styles ${totals.css} B, wasm ${totals.wasm} B (brotli)`);
if (totals.js > SCRIPT_BYTES_MAX) {
  console.error(`the page's script is ${totals.js - SCRIPT_BYTES_MAX} bytes over its budget`);
  process.exit(1);
}
