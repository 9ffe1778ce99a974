/**
 * A headless Chromium and a loopback server for tests and benchmarks that need a page.
 *
 * The browser is Debian's, or the one that `CHROMIUM` names; playwright-core drives it. Owns the flags that keep it quiet.
 */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { chromium } from 'playwright-core';

const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.map': 'application/json',
};

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export function openBrowser() {
  const executablePath = process.env.CHROMIUM ?? PLACES.find((place) => existsSync(place));
  if (executablePath === undefined) throw new Error('no chromium found; name one in the variable CHROMIUM');
  return chromium.launch({ executablePath, headless: true, chromiumSandbox: false, args: FLAGS });
}

/** Serves folders by prefix and texts by path; `headers` go with every answer. */
export async function serveFolders(folders, texts = {}, headers = {}) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (Object.hasOwn(texts, path)) return response.setHeader('content-type', 'text/html').end(texts[path]);
    const prefix = Object.keys(folders).find((prefix) => path.startsWith(prefix));
    const inside = prefix === undefined ? '..' : normalize(path.slice(prefix.length));
    const file = inside.startsWith('..') || inside.startsWith(sep) ? null : join(folders[prefix], inside);
    if (file === null || !existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
    response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
    return createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { address: `http://127.0.0.1:${server.address().port}/`, close };
}
