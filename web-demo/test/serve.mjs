/*
 * Servers for the page's tests, on loopback and a free port, under the same strict policy as the daemon's: a plain
 * static host, and a stand-in for the daemon's event stream that a test can feed, kill and bring back.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createHash } from 'node:crypto';

const DIST = new URL('../dist/', import.meta.url);
const TYPES = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
  wasm: 'application/wasm',
  ndjson: 'application/x-ndjson',
};
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

async function file(request, response) {
  const path = new URL(request.url, 'http://x').pathname;
  const name = path === '/' ? 'index.html' : path.slice(1);
  try {
    if (name.includes('..')) throw new Error('outside');
    const body = await readFile(new URL(name, DIST));
    response.writeHead(200, {
      'content-type': TYPES[name.split('.').at(-1)] ?? 'application/octet-stream',
      'content-length': body.length,
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
    });
    response.end(body);
  } catch {
    response.writeHead(404, { 'content-type': 'text/plain' });
    response.end('not found');
  }
}

function listen(handler, port) {
  const server = createServer(handler);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () =>
      resolve({
        port: server.address().port,
        url: `http://127.0.0.1:${server.address().port}/`,
        close: () => {
          server.closeAllConnections();
          return new Promise((done) => server.close(done));
        },
      }),
    );
  });
}

export function serveStatic() {
  return listen(file, 0);
}

/** Records as the daemon's log has them, chained by some hash: the page compares links, it does not compute them. */
export function recordsOf(lines, salt = '') {
  let prev = '0'.repeat(64);
  return lines.map((payload, at) => {
    const hash = createHash('sha256')
      .update(salt + prev + payload)
      .digest('hex');
    const record = {
      seq: at + 1,
      topic: 'dashboard.jobs.events',
      topic_seq: at + 1,
      kind: 'dashboard_job_event',
      payload,
      headers: {},
      at_ms: 1_763_000_000_000 + at,
      prev,
      hash,
    };
    prev = hash;
    return record;
  });
}

/**
 * The event stream of a daemon whose log is `state.records`. `state.signed_in` false answers 401; `state.resumes`
 * collects the Last-Event-ID of every connection.
 */
export async function serveEvents(state, port = 0) {
  const streams = new Set();
  const frame = (record) => `id: default:${record.seq}\nevent: record\ndata: ${JSON.stringify(record)}\n\n`;
  const server = await listen((request, response) => {
    if (!request.url.startsWith('/v1/events')) return void file(request, response);
    if (state.signed_in === false) {
      response.writeHead(401, { 'content-type': 'application/problem+json' });
      return void response.end('{"code":"unauthorized"}');
    }
    const resume = request.headers['last-event-id'] ?? null;
    state.resumes.push(resume);
    const after = resume === null ? 0 : Number(resume.split(':').at(-1));
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(': hello\n\n');
    if (after > state.records.length) return void response.end('event: reset\ndata: {}\n\n');
    response.write(state.records.slice(after).map(frame).join(''));
    streams.add(response);
    response.on('close', () => streams.delete(response));
  }, port);
  return {
    ...server,
    append(records) {
      state.records.push(...records);
      for (const stream of streams) stream.write(records.map(frame).join(''));
    },
    streams,
  };
}
