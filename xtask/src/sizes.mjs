/**
 * `node sizes.mjs FILE...`: prints a JSON array of each file's size in bytes, as it is and compressed as well as can be.
 * Node has both compressors; a crate for each would be compiled on every machine for one number.
 */
import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const sizes = process.argv.slice(2).map((file) => {
  const bytes = readFileSync(file);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliCompressSync(bytes, { params }).length };
});
console.log(JSON.stringify(sizes));
