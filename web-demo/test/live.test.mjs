/* The page on a daemon's event stream: following, the daemon gone and back, another log, no session. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, assertNoSidewaysScroll, assertQuiet, launch, NARROW, open, settled, shoot, WIDE } from './browser.mjs';
import { day, lines } from './history.mjs';
import { recordsOf, serveEvents } from './serve.mjs';

let browser;
let events;

before(async () => {
  browser = await launch();
  events = await lines(day({ seed: 42, jobs: 40, runs_max: 3 }));
});
after(() => browser?.close());

/** Presses the button unless the page's own next try has already succeeded and taken it away. */
const tryNow = (page) => page.evaluate(() => document.querySelector('.banner-gone .button')?.click());

const REFUSED = [/ERR_CONNECTION_REFUSED/, /ERR_INCOMPLETE_CHUNKED_ENCODING/, /ERR_EMPTY_RESPONSE/, /ERR_CONNECTION_RESET/];

test('follows the log as it grows', async () => {
  const records = recordsOf(events);
  const state = { records: records.slice(0, 50), resumes: [] };
  const server = await serveEvents(state);
  const page = await open(browser, server.url);
  await settled(page, 50);
  assert.match(await page.locator('.source').textContent(), /^Live127\.0\.0\.1/);
  server.append(records.slice(50));
  await settled(page, events.length);
  await shoot(page, 'live-wide-light');
  // Paused: the head moves on, the shown moment stays.
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.locator('.banner-past').waitFor();
  const more = recordsOf([
    ...events,
    ...(await lines(day({ seed: 43, jobs: 2, runs_max: 1, start: '2026-11-19T06:00:00.000Z' }))),
  ]).slice(events.length);
  server.append(more);
  await page.waitForFunction(
    (head) => document.querySelector('[role=slider]').getAttribute('aria-valuemax') === String(head),
    events.length + more.length,
  );
  assert.equal(await page.locator('[role=slider]').getAttribute('aria-valuenow'), String(events.length));
  await page.getByRole('button', { name: 'Return to live' }).click();
  await page.locator('.banner-past').waitFor({ state: 'detached' });
  // A file in between, and back.
  await page.locator('.topbar input[type=file]').setInputFiles(new URL('../public/sample.ndjson', import.meta.url).pathname);
  await page.getByText('File', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Close this history and go back to the daemon' }).click();
  await settled(page, events.length + more.length);
  assert.equal(new URL(page.url()).search, '');
  assertQuiet(page);
  await page.close();
  await server.close();
});

test('keeps its state while the daemon is gone and resumes where it stopped', async () => {
  for (const [look, options] of [
    ['wide-light', { size: WIDE, theme: 'light' }],
    ['wide-dark', { size: WIDE, theme: 'dark' }],
    ['narrow-light', { size: NARROW, theme: 'light' }],
    ['narrow-dark', { size: NARROW, theme: 'dark' }],
  ]) {
    const records = recordsOf(events);
    const state = { records: records.slice(0, 120), resumes: [] };
    const first = await serveEvents(state);
    const page = await open(browser, first.url, { ...options, allowed: REFUSED });
    await settled(page, 120);
    await first.close();
    await page.locator('.banner-gone').waitFor();
    assert.ok((await page.locator('.card').count()) > 0, 'the last state is gone');
    await shoot(page, `gone-${look}`);
    await assertAccessible(page, `gone ${look}`);
    await assertNoSidewaysScroll(page);
    state.records = records;
    const second = await serveEvents(state, first.port);
    await tryNow(page);
    await page.locator('.banner-gone').waitFor({ state: 'detached' });
    await settled(page, events.length);
    assert.deepEqual(state.resumes, [null, 'default:120']);
    await shoot(page, `back-${look}`);
    assertQuiet(page);
    await page.close();
    await second.close();
  }
});

test('notices another log behind the same address and starts over', async () => {
  const state = { records: recordsOf(events), resumes: [] };
  const first = await serveEvents(state);
  const page = await open(browser, first.url, { allowed: REFUSED });
  await settled(page, events.length);
  await first.close();
  await page.locator('.banner-gone').waitFor();
  const other = await lines(day({ seed: 9, jobs: 3, runs_max: 2 }));
  state.records = recordsOf(other, 'another');
  const second = await serveEvents(state, first.port);
  await tryNow(page);
  await settled(page, other.length);
  assert.match(await page.locator('.banner-note').textContent(), /another log/);
  assertQuiet(page);
  await page.close();
  await second.close();
});

test('a record that does not continue the chain stops the page at the last good one', async () => {
  const records = recordsOf(events);
  const state = { records: records.slice(0, 30), resumes: [] };
  const server = await serveEvents(state);
  const page = await open(browser, server.url);
  await settled(page, 30);
  server.append([{ ...records[30], prev: 'f'.repeat(64) }]);
  await page.locator('.banner-fault').waitFor();
  assert.match(await page.locator('.banner-fault').textContent(), /chain_broken.*seq 30/s);
  await assertAccessible(page, 'broken chain');
  assertQuiet(page);
  await page.close();
  await server.close();
});

test('without a session it says how to get one', async () => {
  const state = { records: [], resumes: [], signed_in: false };
  const server = await serveEvents(state);
  const page = await open(browser, server.url, { allowed: [/401/] });
  await page.getByRole('heading', { name: 'Not signed in' }).waitFor();
  await shoot(page, 'signed-out');
  await assertAccessible(page, 'signed out');
  assertQuiet(page);
  await page.close();
  await server.close();
});

test('an empty log says what to do first', async () => {
  const server = await serveEvents({ records: [], resumes: [] });
  const page = await open(browser, server.url, { theme: 'dark' });
  await page.getByText('its log is empty').waitFor();
  await shoot(page, 'live-empty-dark');
  await assertAccessible(page, 'empty log');
  assertQuiet(page);
  await page.close();
  await server.close();
});
