/* The page as a static file: sample, dropped and chosen histories, every state of it in both themes and both widths. */
import assert from 'node:assert/strict';
import { writeFileSync, mkdtempSync, rmSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { EventLog, JobsView } from 'jobfold';
import { assertAccessible, assertNoSidewaysScroll, assertQuiet, launch, NARROW, open, settled, shoot, WIDE } from './browser.mjs';
import { day, hostile, lines } from './history.mjs';
import { serveStatic } from './serve.mjs';

const LOOKS = [
  ['wide-light', { size: WIDE, theme: 'light' }],
  ['wide-dark', { size: WIDE, theme: 'dark' }],
  ['narrow-light', { size: NARROW, theme: 'light' }],
  ['narrow-dark', { size: NARROW, theme: 'dark' }],
];
const SAMPLE = readFileSync(new URL('../public/sample.ndjson', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');

let server;
let browser;
let files;

before(async () => {
  server = await serveStatic();
  browser = await launch();
  files = mkdtempSync(join(tmpdir(), 'jobfold-files-'));
});
after(async () => {
  await browser?.close();
  await server?.close();
  rmSync(files, { recursive: true, force: true });
});

/** The state in pictures and before axe, in all four looks. */
async function inEveryLook(name, address, arrange, looks = LOOKS) {
  for (const [look, options] of looks) {
    const page = await open(browser, server.url + address, options);
    await arrange(page, options);
    await shoot(page, `${name}-${look}`);
    await assertAccessible(page, `${name} ${look}`);
    await assertNoSidewaysScroll(page);
    assertQuiet(page);
    await page.close();
  }
}

/** Digest of a history folded by the same package here, in Node. */
function digestOf(events, position = events.length) {
  const view = new JobsView({ history: true });
  view.push(events.join('\n'));
  view.seek(position);
  const digest = view.digest();
  view.free();
  return digest;
}

const shownDigest = (page) => page.locator('[data-digest]').getAttribute('data-digest');
const choose = (page, path) => page.locator('.topbar input[type=file]').setInputFiles(path);

test('the sample log, as cards and as a list', async () => {
  await inEveryLook('cards', '?source=sample', async (page) => {
    await settled(page, SAMPLE.length);
    assert.equal(await shownDigest(page), digestOf(SAMPLE));
  });
  await inEveryLook('list', '?source=sample&view=list', (page) => settled(page, SAMPLE.length));
});

test('a job with its events and their JSON', async () => {
  await inEveryLook('detail', '?source=sample&q=status:failed', async (page) => {
    await settled(page, SAMPLE.length);
    await page.locator('.card').first().click();
    await page.locator('.event-line').first().click();
    await page.locator('.event .json pre').waitFor();
    assert.match(await page.locator('.event .json pre').textContent(), /"schema": "harn\.dashboard_job_event\.v1"/);
    assert.match(page.url(), /job=/);
  });
});

test('the past is framed, named, and has the digest that Node computes', async () => {
  const at = Math.floor(SAMPLE.length / 2);
  await inEveryLook('past', `?source=sample&seq=${at}`, async (page) => {
    await settled(page, SAMPLE.length);
    await page.locator('.banner-past').waitFor();
    assert.match(await page.locator('.banner-past').textContent(), /Viewing the past/);
    assert.equal(await page.locator('[role=slider]').getAttribute('aria-valuenow'), String(at));
    assert.equal(await shownDigest(page), digestOf(SAMPLE, at));
  });
});

test('a filter without hits names the term to drop', async () => {
  await inEveryLook('no-hits', '?source=sample&q=status:succeeded%20zebra', async (page) => {
    await settled(page, SAMPLE.length);
    const drop = page.getByRole('button', { name: /^Drop zebra, leaves \d+ jobs/ });
    await drop.waitFor();
  });
  const page = await open(browser, `${server.url}?source=sample&q=status:succeeded%20zebra`);
  await page.getByRole('button', { name: /^Drop zebra/ }).click();
  await page.locator('.card').first().waitFor();
  assert.equal(await page.locator('#query').inputValue(), 'status:succeeded');
  await page.close();
});

test('a query that cannot be read says why and keeps the list', async () => {
  const page = await open(browser, `${server.url}?source=sample`);
  await settled(page, SAMPLE.length);
  await page.locator('#query').fill('colour:red');
  await page.locator('.query-fault').waitFor();
  assert.ok((await page.locator('.card').count()) > 0);
  assertQuiet(page);
  await page.close();
});

test('no source at all: one line, a command, the sample', async () => {
  // A static host has no event stream; the one refused request is how the page finds out.
  const allowed = [/404.*\/v1\/events/];
  for (const [look, options] of LOOKS) {
    const page = await open(browser, server.url, { ...options, allowed });
    await page.getByRole('button', { name: 'Load the sample log' }).waitFor();
    await shoot(page, `first-run-${look}`);
    await assertAccessible(page, `first run ${look}`);
    await assertNoSidewaysScroll(page);
    await page.getByRole('button', { name: 'Load the sample log' }).click();
    await settled(page, SAMPLE.length);
    assert.match(page.url(), /source=sample/);
    assertQuiet(page);
    await page.close();
  }
});

test('5,000 jobs from a chosen file', async () => {
  const events = await lines(day({ seed: 5_000, jobs: 5_000, runs_max: 3 }));
  const path = join(files, 'large.ndjson');
  writeFileSync(path, events.join('\n'));
  await inEveryLook('large', '?source=sample&view=list', async (page) => {
    await settled(page, SAMPLE.length);
    await choose(page, path);
    await settled(page, events.length);
    assert.equal((await page.locator('[role=grid]').getAttribute('aria-rowcount').then(Number)) >= 5_000, true);
    const rows = await page.locator('[role=row]').count();
    assert.ok(rows <= 150, `${rows} rows are in the document`);
    assert.equal(await shownDigest(page), digestOf(events));
  });
  await inEveryLook(
    'large-cards',
    '?source=sample',
    async (page) => {
      await settled(page, SAMPLE.length);
      await choose(page, path);
      await settled(page, events.length);
      await page.locator('[role=grid]').press('Tab');
      await page.locator('.card').first().focus();
      await page.keyboard.press('End');
      await page.waitForFunction(() => document.activeElement?.dataset.place === '4999');
    },
    [LOOKS[0], LOOKS[3]],
  );
});

test('texts that try to be markup stay texts, unknown kinds and statuses stay neutral', async () => {
  const path = join(files, 'hostile.ndjson');
  writeFileSync(path, (await lines(hostile())).join('\n'));
  const page = await open(browser, `${server.url}?source=sample`);
  await settled(page, SAMPLE.length);
  await choose(page, path);
  await settled(page, 2);
  assert.match(
    await page.locator('.card').first().textContent(),
    /Unknown: paused by <b>ops<\/b>.*<script>alert\(1\)<\/script>/s,
  );
  await page.locator('.card').nth(1).click();
  await page.locator('.detail .error-text').waitFor();
  assert.equal(await page.locator('.detail a').count(), 0, 'a javascript: address became a link');
  await shoot(page, 'hostile');
  await assertAccessible(page, 'hostile');
  assertQuiet(page);
  await page.close();
});

test('a file with a bad line shows what came before it and says where it stopped', async () => {
  const path = join(files, 'bad.ndjson');
  writeFileSync(path, 'this is no event\n');
  for (const [look, options] of LOOKS) {
    const page = await open(browser, `${server.url}?source=sample`, options);
    await settled(page, SAMPLE.length);
    await choose(page, path);
    await page.locator('.banner-fault').waitFor();
    assert.match(await page.locator('.banner-fault').textContent(), /json_invalid/);
    await shoot(page, `fault-${look}`);
    await assertAccessible(page, `fault ${look}`);
    await assertNoSidewaysScroll(page);
    assertQuiet(page);
    await page.close();
  }
});

test('everything by keyboard alone: find a failed job, read it, go back in time, come back', async () => {
  const page = await open(browser, `${server.url}?source=sample`);
  await settled(page, SAMPLE.length);
  const key = (name) => page.keyboard.press(name);
  await key('/');
  await page.keyboard.type('status:failed');
  await page.waitForFunction(
    () =>
      document.querySelector('.shown')?.textContent !== '' &&
      [...document.querySelectorAll('.card .status-text')].every((text) => text.textContent === 'Failed'),
  );
  await key('Escape');
  await key('j');
  await key('k');
  await page.waitForFunction(() => document.activeElement?.matches('.card'));
  await key('Enter');
  await page.waitForFunction(() => document.activeElement?.matches('.detail h2'));
  await key('{');
  await page.locator('.banner-past').waitFor();
  const before_step = Number(await page.locator('[role=slider]').getAttribute('aria-valuenow'));
  await key('[');
  await page.waitForFunction(
    (at) => Number(document.querySelector('[role=slider]').getAttribute('aria-valuenow')) === at - 1,
    before_step,
  );
  await key('Space');
  await page.locator('.banner-past').waitFor({ state: 'detached' });
  await key('Escape');
  await page.locator('.detail').waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.activeElement?.matches('.card'));
  await key('?');
  await page.locator('dialog[open]').waitFor();
  await shoot(page, 'help-wide-light');
  await assertAccessible(page, 'help');
  await key('Escape');
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.activeElement?.matches('.card'));
  await key('v');
  await page.locator('.list-item').first().waitFor();
  assertQuiet(page);
  await page.close();
});

test('single keys can be switched off and never fire while typing', async () => {
  const page = await open(browser, `${server.url}?source=sample`);
  await settled(page, SAMPLE.length);
  await page.locator('#query').focus();
  await page.keyboard.type('v[');
  assert.equal(await page.locator('#query').inputValue(), 'v[');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Keyboard and help' }).click();
  await page.getByLabel('Use single-letter keys').uncheck();
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.keyboard.press('v');
  assert.equal(await page.locator('dialog[open]').count(), 0);
  assert.equal(await page.locator('.jobs-cards').count(), 1);
  await page.getByRole('button', { name: 'Keyboard and help' }).click();
  await page.getByLabel('Use single-letter keys').check();
  await page.close();
});

test('the address is the state: reload, back and forward', async () => {
  const page = await open(browser, `${server.url}?source=sample`);
  await settled(page, SAMPLE.length);
  await page.locator('.card').first().click();
  await page.locator('.detail dl').first().waitFor();
  const job = new URL(page.url()).searchParams.get('job');
  await page.locator('.event-seq').last().click();
  await page.waitForURL(/seq=\d+/);
  const address = page.url();
  await page.reload();
  await settled(page, SAMPLE.length);
  await page.locator('.detail dl').first().waitFor();
  assert.equal(page.url(), address);
  await page.getByRole('button', { name: 'Close the job' }).click();
  await page.waitForURL((url) => !url.searchParams.has('job'));
  await page.goBack();
  await page.locator('.detail').waitFor();
  assert.equal(new URL(page.url()).searchParams.get('job'), job);
  assertQuiet(page);
  await page.close();
});

test('dragging and typing move the playhead', async () => {
  const page = await open(browser, `${server.url}?source=sample`);
  await settled(page, SAMPLE.length);
  const box = await page.locator('[role=slider]').boundingBox();
  await page.mouse.move(box.x + box.width - 4, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + 10, { steps: 12 });
  await page.mouse.up();
  const middle = Math.round(SAMPLE.length / 2);
  await page.waitForFunction((at) => Math.abs(Number(document.querySelector('.seq').value) - at) <= 1, middle);
  await page.locator('.seq').fill('7');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('[role=slider]').getAttribute('aria-valuenow') === '7');
  await settled(page, SAMPLE.length);
  assert.equal(await shownDigest(page), digestOf(SAMPLE, 7));
  await page.locator('.seq').fill('0');
  await page.keyboard.press('Enter');
  await page.getByText('No job existed at this moment').waitFor();
  await assertAccessible(page, 'position 0');
  assertQuiet(page);
  await page.close();
});

test('the export folds to the digest in its name', async () => {
  const page = await open(browser, `${server.url}?source=sample&seq=100`);
  await page.locator('.banner-past').waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: /^Export the events/ }).click(),
  ]);
  const name = download.suggestedFilename();
  const events = readFileSync(await download.path(), 'utf8')
    .trimEnd()
    .split('\n');
  assert.equal(events.length, 100);
  assert.equal(name, `jobfold-seq-100-${digestOf(events).slice(0, 16)}.ndjson`);
  assertQuiet(page);
  await page.close();
});

test('forced colours and a strong zoom keep everything in reach', async () => {
  const page = await open(browser, `${server.url}?source=sample`, { forcedColors: 'active' });
  await settled(page, SAMPLE.length);
  await shoot(page, 'forced-colors');
  await assertAccessible(page, 'forced colours');
  // 400 % of a 1280 x 1024 window leaves 320 x 256 CSS pixels.
  await page.setViewportSize({ width: 320, height: 256 });
  await assertNoSidewaysScroll(page);
  await page.locator('.seq').scrollIntoViewIfNeeded();
  await shoot(page, 'zoomed');
  assertQuiet(page);
  await page.close();
});

test('the theme switch wins over the system', async () => {
  const page = await open(browser, `${server.url}?source=sample`, { theme: 'light' });
  await settled(page, SAMPLE.length);
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.getByRole('button', { name: 'Theme: as the system' }).click();
  await page.getByRole('button', { name: 'Theme: light' }).click();
  assert.notEqual(await ground(), light);
  await page.reload();
  assert.notEqual(await ground(), light, 'the choice was forgotten');
  await page.getByRole('button', { name: 'Theme: dark' }).click();
  await page.close();
});

test('an exported log opens like a file of events, and a tampered one is refused', async () => {
  const log = new EventLog({ now: () => 1_794_981_600_000 });
  for (const event of SAMPLE.slice(0, 40)) log.appendJson('dashboard.jobs.events', 'dashboard_job_event', event);
  log.append('other.topic', 'note', { text: 'not an event of a job' });
  const exported = log.exportNdjson();
  log.free();
  const path = join(files, 'log.ndjson');
  writeFileSync(path, exported);
  const page = await open(browser, `${server.url}?source=sample`);
  await settled(page, SAMPLE.length);
  await choose(page, path);
  await settled(page, 40);
  assert.equal(await shownDigest(page), digestOf(SAMPLE.slice(0, 40)));
  writeFileSync(path, exported.replace('run.', 'ran.'));
  await choose(page, path);
  await page.locator('.banner-fault').waitFor();
  assert.equal(await page.locator('.card').count(), 0);
  assertQuiet(page);
  await page.close();
});

test('on a phone the open job takes the place of the list and gives it back where it was', async () => {
  const page = await open(browser, `${server.url}?source=sample&view=list`, { size: NARROW });
  await settled(page, SAMPLE.length);
  await page.keyboard.press('j');
  for (let down = 0; down < 20; down += 1) await page.keyboard.press('ArrowDown');
  await page.waitForFunction(() => document.activeElement?.dataset.place === '21');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.matches('.detail h2'));
  assert.equal(await page.locator('.list').isVisible(), false);
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.activeElement?.dataset.place === '21');
  const hidden = await page.evaluate(() => {
    const row = document.activeElement.getBoundingClientRect();
    const list = document.querySelector('.jobs-scroll').getBoundingClientRect();
    return row.top < list.top - 1 || row.bottom > list.bottom + 1;
  });
  assert.equal(hidden, false, 'the focused job is out of sight');
  assertQuiet(page);
  await page.close();
});
