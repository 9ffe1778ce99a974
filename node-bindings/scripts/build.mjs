/**
 * `npm run build`: puts `dist/` together from `src/`, the declarations, and the two modules of `cargo xtask wasm`.
 *
 * Owns which entry is made of what. Needs `target/wasm-dist` of the repository.
 */
import { copyFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const room = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(room);
const wasmDist = join(root, 'target', 'wasm-dist');
const dist = join(room, 'dist');

/** Entry, module flavour, format, file. `inline` has a module, and so a glue, of its own. */
const ENTRIES = [
  ['browser', 'normal', 'esm', 'index.js'],
  ['node', 'normal', 'cjs', 'node.cjs'],
  ['slim', 'normal', 'esm', 'slim.js'],
  ['slim', 'normal', 'cjs', 'slim.cjs'],
  ['inline', 'inline', 'esm', 'inline.js'],
  ['inline', 'inline', 'cjs', 'inline.cjs'],
  ['worker', 'normal', 'esm', 'worker.js'],
  ['worker-thread', 'normal', 'esm', 'worker-thread.js'],
  ['later', 'normal', 'esm', 'later.js'],
];

const DECLARATIONS = ['index', 'types', 'inline', 'slim', 'worker'];
/** A worker is an ES module everywhere; the others are also required. */
const COMMONJS_DECLARATIONS = ['index', 'types', 'inline', 'slim'];

await rm(dist, { recursive: true, force: true });
await mkdir(dist);
await Promise.all(ENTRIES.map(([entry, flavour, format, file]) => bundle(entry, flavour, format, file)));
await nodeModule();
await copyFile(join(wasmDist, 'normal', 'core.wasm'), join(dist, 'core.wasm'));
await declarations();
for (const licence of ['LICENSE-MIT', 'LICENSE-APACHE']) await cp(join(root, licence), join(room, licence));

async function bundle(entry, flavour, format, file) {
  const module = join(wasmDist, flavour, 'core.wasm');
  await build({
    entryPoints: [join(room, 'src', 'entries', `${entry}.js`)],
    outfile: join(dist, file),
    bundle: true,
    minify: true,
    sourcemap: true,
    format,
    platform: entry === 'node' ? 'node' : 'neutral',
    target: ['es2022'],
    alias: { '#core': join(wasmDist, flavour, 'core.js') },
    plugins: [base64Of(module), laterOf(flavour === 'normal' && format === 'esm')],
    legalComments: 'none',
    logLevel: 'warning',
  });
}

/** Answers the import of `#inline` with a module's bytes as base64. */
function base64Of(module) {
  return {
    name: 'inline-module',
    setup({ onResolve, onLoad }) {
      // Named without its folder: the name goes into the source map.
      onResolve({ filter: /^#inline$/ }, () => ({ path: 'core.wasm', namespace: 'inline' }));
      onLoad({ filter: /.*/, namespace: 'inline' }, async () => ({
        contents: `export default '${await readFile(module, 'base64')}'`,
      }));
    },
  };
}

/** `#later` is a file beside the other ES modules; where there is no such file, it is part of the script. */
function laterOf(isApart) {
  const path = isApart ? './later.js' : join(room, 'src', 'entries', 'later.js');
  return {
    name: 'later',
    setup: ({ onResolve }) => onResolve({ filter: /^#later$/ }, () => ({ path, external: isApart })),
  };
}

/** The ES module for Node: the same objects as `require` gives. Named exports are listed, as ES modules need them. */
async function nodeModule() {
  const { createRequire } = await import('node:module');
  const names = Object.keys(createRequire(import.meta.url)(join(dist, 'node.cjs'))).sort();
  const lines = ["import core from './node.cjs';", `export const { ${names.join(', ')} } = core;`, ''];
  await writeFile(join(dist, 'node.js'), lines.join('\n'));
}

async function declarations() {
  for (const name of DECLARATIONS) await copyFile(join(room, `${name}.d.ts`), join(dist, `${name}.d.ts`));
  for (const name of COMMONJS_DECLARATIONS) {
    const text = await readFile(join(room, `${name}.d.ts`), 'utf8');
    await writeFile(join(dist, `${name}.d.cts`), text.replace(/(from '\.\/\w+)\.js'/g, "$1.cjs'"));
  }
}
