/*
 * A headless Chromium and pages that are watched: every test fails on a console error, an uncaught exception, or a
 * request to anywhere but the page's own server.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const SHOTS = fileURLToPath(new URL('./shots/', import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const WIDE = { width: 1280, height: 800 };
export const NARROW = { width: 320, height: 640 };

/** One browser for a test file; `close` ends it and removes its profile. */
export async function launch() {
  const profile = mkdtempSync(join(tmpdir(), 'jobfold-page-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const browser = context.browser();
  return {
    context,
    browser,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/**
 * A watched page. `allowed` lists console errors that belong to the test's own story, such as the refused connection
 * of a daemon that was killed.
 */
export async function open(browser, url, { size = WIDE, theme = 'light', allowed = [], ...more } = {}) {
  const page = await browser.context.newPage();
  const faults = [];
  // A page from disk is its own and only address.
  const origin = url.startsWith('file:') ? url.split('?')[0] : new URL(url).origin;
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    const said = `${message.text()} ${message.location().url}`;
    if (!allowed.some((pattern) => pattern.test(said))) faults.push(said);
  });
  page.on('pageerror', (error) => faults.push(`uncaught ${error.message}`));
  page.on('request', (request) => {
    const address = request.url();
    if (!address.startsWith(origin) && !/^(blob|data):/.test(address)) faults.push(`external request ${address}`);
  });
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce', ...more });
  await page.goto(url);
  return Object.assign(page, { faults });
}

export function assertQuiet(page) {
  assert.deepEqual(page.faults, []);
}

/** Keeps a picture for people to look at. */
export async function shoot(page, name) {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`), animations: 'disabled' });
}

/** No axe-core violation, of any impact. */
export async function assertAccessible(page, where) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.join(' ')} ${node.failureSummary}`).join(' | ')}`,
  );
  assert.deepEqual(found, [], where);
}

/** The page must not scroll sideways (WCAG 1.4.10). */
export async function assertNoSidewaysScroll(page) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(over <= 0, `the page is ${over} px wider than its window`);
}

/** Waits until every event has been folded and shown, and its digest named. */
export async function settled(page, head) {
  await page.waitForFunction((wanted) => {
    const slider = document.querySelector('[role="slider"]');
    return (
      Number(slider?.getAttribute('aria-valuemax')) === wanted &&
      document.querySelector('[data-digest]') !== null &&
      document.querySelector(`.marks[data-head="${wanted}"]`) !== null
    );
  }, head);
}
