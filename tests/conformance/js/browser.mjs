/**
 * `node browser.mjs REQUESTS ANSWERS PACKAGE CHROMIUM`: makes the calls in a page in headless Chromium.
 *
 * Serves the page, the package's files and the requests from a loopback port of the system's choice; the page posts
 * its answers back. The package is found through its own `exports`, with the conditions a browser bundler would use.
 */
import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

const [requests, answers, packageFolder, chromium] = process.argv.slice(2);
const here = import.meta.dirname;
/** Longer than the slowest machine needs; only a page that hangs gets there. */
const LIMIT_MS = 600_000;
/** Posts stay well below what one string may hold. */
const POST_CHARS = 4 << 20;

const FLAGS = [
  '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
const TYPES = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json' };

function browserEntry() {
  const { exports } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  let target = exports['.'];
  while (typeof target === 'object') target = target.browser ?? target.import ?? target.default;
  return target.replace(/^\.\//, '/jobfold/');
}

const PAGE = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>conformance</title>
<script type="importmap">{"imports":{"jobfold":"${browserEntry()}"}}</script>
<script type="module">
import * as jobfold from 'jobfold';
import { makeRunner } from '/calls.mjs';
try {
  await jobfold.init();
  const run = makeRunner(jobfold);
  const post = (path, body) => fetch(path, { method: 'POST', body });
  let waiting = '';
  for (const line of (await (await fetch('/requests')).text()).split('\\n')) {
    if (line === '') continue;
    waiting += JSON.stringify(run(JSON.parse(line))) + '\\n';
    if (waiting.length > ${POST_CHARS}) { await post('/answers', waiting); waiting = ''; }
  }
  await post('/answers', waiting);
  window.outcome = 'done';
} catch (error) {
  window.outcome = String(error?.stack ?? error);
}
</script>`;

const out = createWriteStream(answers);

async function respond(request, response) {
  const path = new URL(request.url, 'http://localhost').pathname;
  if (request.method === 'POST' && path === '/answers') {
    await pipeline(request, out, { end: false });
    return response.end();
  }
  if (path === '/') return response.setHeader('content-type', 'text/html').end(PAGE);
  if (path === '/requests') return pipeline(createReadStream(requests), response);
  if (path === '/calls.mjs') return send(response, join(here, 'calls.mjs'));
  const inside = normalize(path.slice('/jobfold/'.length));
  if (path.startsWith('/jobfold/') && !inside.startsWith('..') && !inside.startsWith(sep)) {
    return send(response, join(packageFolder, inside));
  }
  response.statusCode = 404;
  return response.end();
}

async function send(response, file) {
  response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
  response.end(readFileSync(file));
}

const server = createServer((request, response) => {
  respond(request, response).catch((error) => {
    response.statusCode = error.code === 'ENOENT' ? 404 : 500;
    response.end();
  });
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const { chromium: driver } = createRequire(join(packageFolder, 'package.json'))('playwright-core');
const profile = mkdtempSync(join(tmpdir(), 'jobfold-conformance-'));
const context = await driver.launchPersistentContext(profile, {
  executablePath: chromium, headless: true, chromiumSandbox: false, args: FLAGS,
});
try {
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error(error.stack ?? `${error}`));
  page.on('console', (message) => message.type() === 'error' && console.error(message.text()));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => window.outcome !== undefined, undefined, { timeout: LIMIT_MS });
  const outcome = await page.evaluate(() => window.outcome);
  if (outcome !== 'done') {
    console.error(outcome);
    process.exitCode = 1;
  }
} finally {
  await context.close();
  server.close();
  server.closeAllConnections();
  rmSync(profile, { recursive: true, force: true });
  await new Promise((resolve) => out.end(resolve));
}
