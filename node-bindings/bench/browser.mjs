/**
 * `npm run bench:browser`: the same measurements in a page in headless Chromium, and fresh pages.
 *
 * Serves the built package and this folder on a loopback port; `CHROMIUM` names the browser. Owns nothing of what is
 * measured.
 */
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as jobfold from 'jobfold';

import { openBrowser, serveFolders } from '../test/page.mjs';
import { report, say } from './report.mjs';
import { bytesOf, generate } from './stream.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'jobfold-bench-'));
const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];

const PAGE = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>bench</title>';

/** In a page that has loaded nothing: from the first byte of code asked for until the cards are there, in milliseconds. */
async function fresh(page, way) {
  return page.evaluate(async (way) => {
    const bytes = new Uint8Array(await (await fetch('/stream/ten-thousand.jsonl')).arrayBuffer());
    const start = performance.now();
    if (way === 'ours') {
      const { init, JobsView } = await import('/dist/index.js');
      await init();
      const view = new JobsView();
      view.push(bytes);
      view.cards();
    } else {
      (await import('/bench/baseline.mjs')).foldBytes(bytes);
    }
    return performance.now() - start;
  }, way);
}

async function freshPages(browser, address) {
  const times = { ours: [], baseline: [] };
  for (let round = 0; round < 7; round += 1) {
    for (const way of Object.keys(times)) {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(address);
      times[way].push(await fresh(page, way));
      await context.close();
    }
  }
  const [ours, baseline] = [median(times.ours), median(times.baseline)];
  const ratio = (baseline / ours).toFixed(2);
  report('10k events in a fresh page, chromium', `${ours.toFixed(0)} ms`, `${baseline.toFixed(0)} ms`, ratio, '>=1');
}

writeFileSync(join(scratch, 'ten-thousand.jsonl'), bytesOf(generate(jobfold, { events: 10_000, jobs: 5_000 })));
const server = await serveFolders(
  { '/dist/': join(here, '..', 'dist'), '/bench/': here, '/stream/': scratch },
  { '/': PAGE },
  // Isolated pages have a finer clock.
  { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' },
);
const browser = await openBrowser();
try {
  await freshPages(browser, server.address);
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(error));
  await page.exposeFunction('report', report);
  await page.exposeFunction('say', say);
  await page.goto(server.address);
  await page.evaluate(async () => {
    const jobfold = await import('/dist/index.js');
    const { measureAll } = await import('/bench/cases.mjs');
    await jobfold.init();
    measureAll(jobfold, { world: 'chromium', report: window.report, say: window.say });
  });
} finally {
  await browser.close();
  await server.close();
  rmSync(scratch, { recursive: true, force: true });
}
