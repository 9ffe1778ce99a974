/* The page as one file, opened from disk: no server, no network, the same digest. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { JobsView } from 'jobfold';
import { assertAccessible, assertQuiet, launch, open, settled, shoot } from './browser.mjs';

const PAGE = new URL('../target/jobfold.html', import.meta.url).href;
const SAMPLE = readFileSync(new URL('../public/sample.ndjson', import.meta.url), 'utf8').trimEnd();

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test('opened from disk it folds the sample it carries', async () => {
  const page = await open(browser, PAGE);
  await page.getByRole('button', { name: 'Load the sample log' }).click();
  const view = new JobsView({ history: true });
  view.push(SAMPLE);
  await settled(page, view.head);
  assert.equal(await page.locator('[data-digest]').getAttribute('data-digest'), view.digest());
  await page.keyboard.press('{');
  await page.locator('.banner-past').waitFor();
  await shoot(page, 'single-file');
  await assertAccessible(page, 'single file');
  view.free();
  assertQuiet(page);
  await page.close();
});

test('a history chosen from disk works there too', async () => {
  const page = await open(browser, `${PAGE}?source=sample`);
  await settled(page, SAMPLE.split('\n').length);
  await page.locator('.topbar input[type=file]').setInputFiles(new URL('../public/sample.ndjson', import.meta.url).pathname);
  await page.waitForFunction(() => document.querySelector('.source')?.title === 'File: sample.ndjson');
  await settled(page, SAMPLE.split('\n').length);
  assertQuiet(page);
  await page.close();
});
