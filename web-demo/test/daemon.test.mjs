/*
 * The page with the real daemon: the one-time link, the live feed, the daemon killed and started again, and the digest
 * that `jobfold replay` prints for the same events.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertAccessible, assertQuiet, launch, open, settled, shoot } from './browser.mjs';

const BIN = process.env.JOBFOLD_BIN ?? fileURLToPath(new URL('../../target/debug/jobfold', import.meta.url));
/** On a developer's machine the daemon may not be built; a check run must have it. */
const skip = existsSync(BIN) || process.env.CI ? false : `no daemon at ${BIN}: cargo build --bin jobfold`;
const SAMPLE = readFileSync(new URL('../public/sample.ndjson', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');
const REFUSED = [/ERR_CONNECTION_REFUSED/, /ERR_INCOMPLETE_CHUNKED_ENCODING/, /ERR_EMPTY_RESPONSE/, /ERR_CONNECTION_RESET/];

let browser;
let folder;
/** Daemons that run; a test that fails must not leave one behind. */
const running = new Set();

before(async () => {
  if (skip) return;
  browser = await launch();
  folder = mkdtempSync(join(tmpdir(), 'jobfold-daemon-'));
});
after(async () => {
  for (const child of running) child.kill('SIGKILL');
  await browser?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** Starts a daemon and waits until it says where it listens. */
async function serve(state, listen = '127.0.0.1:0') {
  const child = spawn(BIN, ['serve', '--listen', listen, '--state-dir', state], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stderr.resume();
  running.add(child);
  child.once('exit', () => running.delete(child));
  let link = null;
  let address = null;
  for await (const line of createInterface({ input: child.stdout })) {
    link ??= /http:\/\/\S+\/login\?code=\S+/.exec(line)?.[0] ?? null;
    address ??= /listening on (http:\/\/\S+)/.exec(line)?.[1] ?? null;
    if (link && address) break;
  }
  assert.ok(link && address, 'the daemon ended before it listened');
  child.stdout.resume();
  return {
    link,
    address,
    host: new URL(address).host,
    async kill() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function send(daemon, state, events) {
  const token = readFileSync(join(state, 'token'), 'utf8').trim();
  const answer = await fetch(`${daemon.address}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
    body: events.join('\n'),
  });
  assert.ok(answer.ok, `${answer.status} ${await answer.text()}`);
}

test('without a session the page says how to get one', { skip }, async () => {
  const state = join(folder, 'signed-out');
  const daemon = await serve(state);
  const page = await open(browser, `${daemon.address}/`, { allowed: [/401/] });
  await page.getByRole('heading', { name: 'Not signed in' }).waitFor();
  // The link opened in another tab signs this one in.
  const other = await open(browser, daemon.link);
  await other.getByText('its log is empty').waitFor();
  await shoot(other, 'daemon-empty');
  await assertAccessible(other, 'empty daemon');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('its log is empty').waitFor();
  // The command that the page offers does what it promises.
  const command = await page.locator('.instead .command code').textContent();
  const [, event, address] = /--json '(.+)' (\S+)$/.exec(command);
  assert.equal(address, `${daemon.address}/v1/events`);
  await send(daemon, state, [event]);
  await settled(page, 1);
  assert.equal(await page.locator('.card').getAttribute('data-job'), 'hello');
  assertQuiet(page);
  assertQuiet(other);
  await page.close();
  await other.close();
  await daemon.kill();
});

test('live from the daemon, killed and back, with the digest of a replay', { skip }, async () => {
  const state = join(folder, 'live');
  const first = await serve(state);
  const page = await open(browser, first.link, { allowed: REFUSED });
  const half = Math.floor(SAMPLE.length / 2);
  await send(first, state, SAMPLE.slice(0, half));
  await settled(page, half);
  await first.kill();
  await page.locator('.banner-gone').waitFor();
  assert.ok((await page.locator('.card').count()) > 0, 'the last state is gone');
  await shoot(page, 'daemon-gone');
  await assertAccessible(page, 'daemon gone');
  const second = await serve(state, first.host);
  await page.evaluate(() => document.querySelector('.banner-gone .button')?.click());
  await page.locator('.banner-gone').waitFor({ state: 'detached' });
  await send(second, state, SAMPLE.slice(half));
  await settled(page, SAMPLE.length);
  await shoot(page, 'daemon-back');
  assert.equal(await page.locator('.banner').count(), 0);

  const file = join(folder, 'sample.ndjson');
  writeFileSync(file, `${SAMPLE.join('\n')}\n`);
  const replay = spawnSync(BIN, ['replay', file], { encoding: 'utf8' });
  assert.equal(replay.status, 0, replay.stderr);
  const digest = await page.locator('[data-digest]').getAttribute('data-digest');
  assert.ok(`${replay.stdout}${replay.stderr}`.includes(digest), `replay does not print ${digest}`);
  assertQuiet(page);
  await page.close();
  await second.kill();
});
