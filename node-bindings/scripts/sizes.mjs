/**
 * Limits on what a page has to load, and the measuring of it. Run alone (`node scripts/sizes.mjs`) it prints the sizes.
 *
 * Owns the limits: the module at most 300 KiB raw and 110 kB with brotli, the one inside `inline` 220 KiB and 85 kB,
 * the JavaScript around it 6 KiB with gzip.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const KIB = 1024;
const KB = 1000;

const raw = (bytes) => bytes.length;
const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length;
const brotli = (bytes) =>
  brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }).length;

const LIMITS = [
  ['core.wasm, raw', module, raw, 300 * KIB],
  ['core.wasm, brotli', module, brotli, 110 * KB],
  ['module of inline, raw', inlined, raw, 220 * KIB],
  ['module of inline, brotli', inlined, brotli, 85 * KB],
  ['index.js, gzip', (dist) => readFile(join(dist, 'index.js')), gzip, 6 * KIB],
  ['slim.js, gzip', (dist) => readFile(join(dist, 'slim.js')), gzip, 6 * KIB],
];

function module(dist) {
  return readFile(join(dist, 'core.wasm'));
}

/** The one long base64 text of the script: `AGFzbQ` is how every module begins. */
async function inlined(dist) {
  const script = await readFile(join(dist, 'inline.js'), 'utf8');
  return Buffer.from(script.match(/AGFzbQ[A-Za-z0-9+/=]+/)[0], 'base64');
}

/** What each limited thing weighs: `{name, bytes, limit}`. */
export async function measure(dist) {
  return Promise.all(
    LIMITS.map(async ([name, read, weigh, limit]) => ({ name, bytes: weigh(await read(dist)), limit })),
  );
}

/** Throws if one is too heavy. */
export async function checkSizes(dist) {
  const heavy = (await measure(dist)).filter(({ bytes, limit }) => bytes > limit);
  if (heavy.length === 0) return;
  throw new Error(
    heavy.map(({ name, bytes, limit }) => `${name}: ${bytes} bytes, at most ${limit} allowed`).join('\n'),
  );
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const dist = join(dirname(dirname(argv[1])), 'dist');
  for (const { name, bytes, limit } of await measure(dist)) console.log(`${name}\t${bytes}\t${limit}`);
}
