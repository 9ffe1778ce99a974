/**
 * The packed tarball in other people's projects: installed, imported, bundled, run. Packaging breaks silently; this is
 * where it is heard.
 *
 * Owns the scratch projects, each in a folder of its own outside the repository. Knows the package by its tarball only.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';

import { openBrowser, serveFolders } from '../test/page.mjs';

const room = dirname(dirname(fileURLToPath(import.meta.url)));
const scratch = mkdtempSync(join(tmpdir(), 'jobfold-packaging-'));
const scenario = join(room, '..', 'fixtures', 'digest-mail-retries');
const events = readFileSync(join(scenario, 'events.jsonl'), 'utf8');
const golden = readFileSync(join(scenario, 'board.snap.json'), 'utf8');
/** The strictest policy under which WebAssembly runs at all. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; img-src data:";

let tarball;
let browser;

before(async () => {
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', scratch], room));
  tarball = join(scratch, packed.filename);
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** The rest of the environment would tell npm that it runs inside this package's own script. */
function run(program, args, cwd) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  return execFileSync(program, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A project with nothing but the installed tarball and these files. */
function project(name, files, manifest = {}) {
  const folder = join(scratch, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, private: true, ...manifest }));
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', tarball], folder);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
}

const FOLD = `const view = new JobsView({ history: true });
view.push(events);
const folded = view.cardsJson();`;

// --- Node -----------------------------------------------------------------------------------------------------------

test('Node, ES module: every entry', () => {
  const entries = ['jobfold', 'jobfold/inline', 'jobfold/slim'];
  const folder = project('node-esm', { 'events.jsonl': events }, { type: 'module' });
  for (const entry of entries) {
    const input =
      entry === 'jobfold/slim' ? "readFileSync(createRequire(import.meta.url).resolve('jobfold/core.wasm'))" : '';
    const script = `import { readFileSync } from 'node:fs'; import { createRequire } from 'node:module';
import { init, JobsView } from '${entry}';
await init(${input});
const events = readFileSync('events.jsonl');
${FOLD}
process.stdout.write(folded);`;
    writeFileSync(join(folder, 'main.js'), script);
    assert.equal(run(process.execPath, ['main.js'], folder), golden, entry);
  }
});

test('Node, CommonJS: every entry', () => {
  const folder = project('node-cjs', { 'events.jsonl': events }, { type: 'commonjs' });
  const starts = {
    jobfold: '',
    'jobfold/inline': 'jobfold.initSync();',
    'jobfold/slim': "jobfold.initSync(fs.readFileSync(require.resolve('jobfold/core.wasm')));",
  };
  for (const [entry, start] of Object.entries(starts)) {
    const script = `const fs = require('node:fs'); const jobfold = require('${entry}'); ${start}
const { JobsView } = jobfold; const events = fs.readFileSync('events.jsonl', 'utf8');
${FOLD}
process.stdout.write(folded); require('jobfold/package.json');`;
    writeFileSync(join(folder, 'main.js'), script);
    assert.equal(run(process.execPath, ['main.js'], folder), golden, entry);
  }
});

test('the tarball holds what it should, and nothing of this machine', () => {
  const folder = project('content', {});
  const installed = join(folder, 'node_modules', 'jobfold');
  const names = readdirSync(installed).sort();
  assert.deepEqual(names, ['LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'dist', 'package.json']);
  for (const file of readdirSync(join(installed, 'dist'))) {
    const text = readFileSync(join(installed, 'dist', file), 'latin1');
    assert.ok(!text.includes(dirname(room)), `${file} names a folder of this machine`);
    if (file.endsWith('.js') || file.endsWith('.cjs')) {
      assert.ok(
        file === 'node.js' || readdirSync(join(installed, 'dist')).includes(`${file}.map`),
        `${file} has a source map`,
      );
    }
  }
});

test('publint and attw have nothing to say', () => {
  const bin = (name) => join(room, 'node_modules', '.bin', name);
  run(bin('publint'), ['run', tarball, '--strict'], room);
  // A worker is an ES module by nature; its script and the module have no types.
  const untyped = ['--exclude-entrypoints', './worker-thread', './core.wasm', '--ignore-rules', 'cjs-resolves-to-esm'];
  run(bin('attw'), [tarball, '--profile', 'node16', ...untyped], room);
});

test('TypeScript finds the types by every way of resolving', () => {
  const source = `import { JobsView, type JobCard } from 'jobfold'; import type { JobEvent } from 'jobfold/types';
import { WorkerView } from 'jobfold/worker'; import { init } from 'jobfold/inline';
export const first = (view: JobsView): JobCard | null => view.card(0);
export const kind = (event: JobEvent): string => event.kind; export { WorkerView, init };`;
  const folder = project('types', { 'main.ts': source }, { type: 'module' });
  const tsc = join(room, 'node_modules', '.bin', 'tsc');
  for (const [module, resolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    const options = [
      '--noEmit',
      '--strict',
      '--target',
      'es2022',
      '--lib',
      'es2022',
      '--types',
      '',
      '--module',
      module,
    ];
    run(tsc, [...options, '--moduleResolution', resolution, 'main.ts'], folder);
  }
});

// --- Browsers -------------------------------------------------------------------------------------------------------

/** Folds in the page and in a worker, and leaves what came out for the test. */
const PAGE_SCRIPT = `import { init, JobsView } from 'jobfold';
import { WorkerView } from 'jobfold/worker';
const events = new Uint8Array(await (await fetch('/events.jsonl')).arrayBuffer());
await Promise.all([init(), init()]);
${FOLD}
const streamed = new JobsView();
await streamed.pushStream((await fetch('/events.jsonl')).body);
const remote = await WorkerView.open({ history: true });
await remote.push(events.slice(), { transfer: true });
const update = await remote.update();
await remote.seek(0);
const past = await remote.update();
await remote.live();
const refusal = await remote.push('{"broken":').catch((error) => error);
globalThis.outcome = {
  folded, digests: [view.digest(), await remote.digest(), streamed.digest()], length: update.length, changed: [...update.indices],
  card: (await remote.card(0)).job_id, past: [past.position, past.length], refusal: [refusal.name, refusal.code],
  first: (await remote.event(1)).kind, events: (await remote.jobEvents(0)).length,
};
remote.close();
globalThis.afterClose = await remote.digest().catch((error) => error.code);`;

const HTML = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>scratch</title>';

/** Opens the page under a strict policy; anything the page complains of fails the test. */
async function outcomeOf(folder, wanted = 'afterClose') {
  const server = await serveFolders({ '/': folder }, {}, { 'content-security-policy': POLICY });
  const page = await browser.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error.stack)));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on(
    'response',
    (response) => response.status() >= 400 && complaints.push(`${response.status()} ${response.url()}`),
  );
  try {
    await page.goto(`${server.address}index.html`);
    const done = page.waitForFunction((wanted) => globalThis[wanted] !== undefined, wanted, { timeout: 60_000 });
    await done.catch((error) => assert.fail(`${error.message}\n${complaints.join('\n')}`));
    assert.deepEqual(complaints, []);
    return await page.evaluate(() => [globalThis.outcome, globalThis.afterClose]);
  } finally {
    await page.close();
    await server.close();
  }
}

function checkOutcome([outcome, closed]) {
  assert.equal(outcome.folded, golden);
  assert.equal(new Set(outcome.digests).size, 1);
  assert.deepEqual(
    [outcome.length, outcome.changed, outcome.past, outcome.refusal, closed],
    [1, [0], [0, 0], ['JobfoldError', 'json_invalid'], 'E_WORKER_GONE'],
  );
  assert.deepEqual([outcome.card, outcome.events], ['daily-digest', 9]);
}

test('Vite: the page and its worker, under a strict policy', async () => {
  const html = HTML.replace('<title>', '<script type="module" src="/main.js"></script><title>');
  const root = project('vite', { 'index.html': html, 'main.js': PAGE_SCRIPT }, { type: 'module' });
  mkdirSync(join(root, 'public'));
  writeFileSync(join(root, 'public', 'events.jsonl'), events);
  await vite({ root, configFile: false, logLevel: 'error' });
  assert.ok(
    readdirSync(join(root, 'dist', 'assets')).some((file) => file.endsWith('.wasm')),
    'the module is a file of its own',
  );
  checkOutcome(await outcomeOf(join(root, 'dist')));
});

test('esbuild with inline: one script, no other file', async () => {
  const main = `import { init, JobsView } from 'jobfold/inline';
const events = await (await fetch('/events.jsonl')).text();
await init();
${FOLD}
await view.pushStream([new TextEncoder().encode(events)]);
globalThis.outcome = { folded, head: view.head };`;
  const html = HTML.replace('<title>', '<script type="module" src="/out.js"></script><title>');
  const folder = project(
    'esbuild',
    { 'main.js': main, 'index.html': html, 'events.jsonl': events },
    { type: 'module' },
  );
  await esbuild({
    entryPoints: [join(folder, 'main.js')],
    outfile: join(folder, 'out.js'),
    bundle: true,
    format: 'esm',
    minify: true,
    absWorkingDir: folder,
    logLevel: 'warning',
  });
  rmSync(join(folder, 'node_modules'), { recursive: true });
  const [outcome] = await outcomeOf(folder, 'outcome');
  assert.equal(outcome.folded, golden);
  assert.equal(outcome.head, 18);
});

test('no bundler: the files as they are, from a plain server', async () => {
  const map = { imports: { jobfold: '/jobfold/index.js', 'jobfold/worker': '/jobfold/worker.js' } };
  // The policy allows no inline script, and an import map cannot be a file: the names are written out instead.
  const main = Object.entries(map.imports).reduce(
    (text, [name, file]) => text.replaceAll(`'${name}'`, `'${file}'`),
    PAGE_SCRIPT,
  );
  const html = HTML.replace('<title>', '<script type="module" src="/main.js"></script><title>');
  const folder = project('plain', { 'main.js': main, 'index.html': html, 'events.jsonl': events });
  symlinkSync(join(folder, 'node_modules', 'jobfold', 'dist'), join(folder, 'jobfold'));
  checkOutcome(await outcomeOf(folder));
});

test('a server that answers with its page says so', async () => {
  const main = `import { init } from '/jobfold/index.js';
globalThis.outcome = await init('/index.html').then(() => null, ({ code, message }) => ({ code, message }));`;
  const html = HTML.replace('<title>', '<script type="module" src="/main.js"></script><title>');
  const folder = project('html', { 'main.js': main, 'index.html': html });
  symlinkSync(join(folder, 'node_modules', 'jobfold', 'dist'), join(folder, 'jobfold'));
  const [outcome] = await outcomeOf(folder, 'outcome');
  assert.equal(outcome.code, 'E_NOT_WASM');
  assert.match(outcome.message, /HTML instead of WASM; use `\.\/inline`/);
});
