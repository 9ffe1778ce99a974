/** How the core starts: each entry, in its own process, so that nothing is started yet. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const room = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a module in a fresh process and answers what it printed as JSON. */
function fresh(script, flags = ['--input-type=module']) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, '-e', script], {
    cwd: room,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

const CODE_OF = 'const codeOf = (work) => { try { work(); return null; } catch (error) { return error.code; } };';
const REJECTION_OF =
  'const rejectionOf = (promise) => promise.then(() => null, ({ code, message }) => ({ code, message }));';

test('Node starts by itself at the first call, also by require', () => {
  const script = 'const { JobsView } = MODULE; console.log(JSON.stringify(new JobsView().head))';
  assert.equal(fresh(script.replace('MODULE', "await import('jobfold')")), 0);
  assert.equal(fresh(script.replace('MODULE', "require('jobfold')"), ['--input-type=commonjs']), 0);
});

test('import and require share one core and one error class', () => {
  const script = `import { createRequire } from 'node:module'; import * as esm from 'jobfold';
    const cjs = createRequire(import.meta.url)('jobfold');
    console.log(JSON.stringify([esm.JobfoldError === cjs.JobfoldError, esm.default_log() === cjs.default_log()]))`;
  assert.deepEqual(fresh(script), [true, true]);
});

test('init is idempotent and gives the same promise', () => {
  const script = `import { init, initSync, JobsView } from 'jobfold'; const first = init(); const same = first === init();
    await first; initSync(); console.log(JSON.stringify([same, new JobsView().length]))`;
  assert.deepEqual(fresh(script), [true, 0]);
});

test('slim and inline say when they were not started', () => {
  for (const entry of ['slim', 'inline']) {
    const script = `${CODE_OF} import { JobsView, verify_log } from 'jobfold/${entry}';
      console.log(JSON.stringify([codeOf(() => new JobsView()), codeOf(() => verify_log(''))]))`;
    assert.deepEqual(fresh(script), ['E_NOT_INITIALIZED', 'E_NOT_INITIALIZED'], entry);
  }
});

test('inline starts from what it carries, in both formats', () => {
  const work = 'console.log(JSON.stringify(new JobsView().head))';
  assert.equal(fresh(`import { init, JobsView } from 'jobfold/inline'; await init(); ${work}`), 0);
  assert.equal(
    fresh(`const { initSync, JobsView } = require('jobfold/inline'); initSync(); ${work}`, ['--input-type=commonjs']),
    0,
  );
});

test('slim takes bytes, a module, a response and promises of them', () => {
  const inputs = [
    'bytes',
    'bytes.buffer',
    'Promise.resolve(bytes)',
    'await WebAssembly.compile(bytes)',
    'new Response(bytes)',
  ];
  const typed = "new Response(bytes, { headers: { 'content-type': 'application/wasm' } })";
  for (const input of [...inputs, typed]) {
    const script = `import { readFileSync } from 'node:fs'; import { init, JobsView } from 'jobfold/slim';
      const bytes = Uint8Array.from(readFileSync('dist/core.wasm')); await init(${input});
      console.log(JSON.stringify(new JobsView().head))`;
    assert.equal(fresh(script), 0, input);
  }
});

test('a failed start says why and may be tried again', () => {
  const script = `${REJECTION_OF} import { readFileSync } from 'node:fs'; import { init, initSync, JobsView } from 'jobfold/slim';
    const html = new TextEncoder().encode('\\n<!DOCTYPE html><title>x</title>');
    const said = [
      await rejectionOf(init()), await rejectionOf(init(html)), await rejectionOf(init(new Uint8Array(3))),
      await rejectionOf(init(new Response('', { status: 404 }))), await rejectionOf(init('http://127.0.0.1:1/core.wasm')),
    ];
    await init(readFileSync('dist/core.wasm'));
    console.log(JSON.stringify([...said, new JobsView().head]))`;
  const [none, html, short, missing, unreachable, head] = fresh(script);
  assert.equal(none.code, 'E_NO_INPUT');
  assert.deepEqual(html, {
    code: 'E_NOT_WASM',
    message: 'the server returned HTML instead of WASM; use `./inline`, or make the server deliver core.wasm',
  });
  assert.equal(short.code, 'E_NOT_WASM');
  assert.equal(missing.code, 'E_WASM_FETCH');
  assert.match(missing.message, /404/);
  assert.equal(unreachable.code, 'E_WASM_FETCH');
  assert.equal(head, 0);
});

test('importing has no effect: no file is read and nothing is fetched', async () => {
  const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
  server.unref();
  const script = `import fs from 'node:fs'; const read = []; const original = fs.readFileSync;
    globalThis.fetch = (address) => { read.push(String(address)); };
    WebAssembly.Module = class { constructor() { read.push('module'); } };
    for (const entry of ['jobfold', 'jobfold/inline', 'jobfold/slim', 'jobfold/worker']) await import(entry);
    console.log(JSON.stringify(read))`;
  assert.deepEqual(fresh(script), []);
  server.close();
});
