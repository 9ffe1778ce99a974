/** A panic inside the core: visible at once, and from then on. Runs on the sources, which can panic on purpose. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

import { thrownBy } from './sample.mjs';

const room = dirname(dirname(fileURLToPath(import.meta.url)));
const wasm = join(dirname(room), 'target', 'wasm-dist', 'normal');
const scratch = mkdtempSync(join(tmpdir(), 'jobfold-poison-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

async function fromSources() {
  const entry = join(scratch, 'entry.mjs');
  const names = ['entries/slim.js', 'core.js'].map((file) => JSON.stringify(join(room, 'src', file)));
  writeFileSync(entry, names.map((name) => `export * from ${name};`).join('\n'));
  const outfile = join(scratch, 'bundle.mjs');
  const alias = { '#core': join(wasm, 'core.js'), '#later': join(room, 'src', 'entries', 'later.js') };
  await build({ entryPoints: [entry], outfile, bundle: true, format: 'esm', alias, logLevel: 'warning' });
  return import(pathToFileURL(outfile));
}

test('after a panic every call says so, and giving back does not fail', async () => {
  const jobfold = await fromSources();
  jobfold.initSync(readFileSync(join(wasm, 'core.wasm')));
  const view = new jobfold.JobsView();
  const first = thrownBy(() => jobfold.enter((core) => core.panic_on_purpose()));
  assert.equal(first.code, 'E_POISONED');
  assert.match(first.message, /stopped on a bug( at .*boundary\.rs:\d+(:\d+)?)?: /);
  assert.doesNotMatch(first.message, /asked for/, 'the words of the panic stay inside');
  for (const call of [
    () => view.head,
    () => view.push('{}'),
    () => new jobfold.JobsView(),
    () => jobfold.verify_log(''),
  ]) {
    assert.equal(thrownBy(call).code, 'E_POISONED');
  }
  view.free();
  view.free();
});
