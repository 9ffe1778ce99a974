/* The page's few pure pieces: event-stream framing, JSON indenting, query terms, the address. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { randomFrom } from './history.mjs';

let vite;
const load = (path) => vite.ssrLoadModule(`/src/${path}`);

before(async () => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  vite = await createServer({
    root,
    logLevel: 'error',
    server: { middlewareMode: true, hmr: false, watch: null, ws: false },
    appType: 'custom',
  });
});
after(() => vite.close());

test('an event stream reads the same however it is cut', async () => {
  const { SseReader } = await load('fold/sse.ts');
  const stream =
    ': hello\r\n\r\nid: default:1\nevent: record\ndata: {"a":\ndata: 1}\n\nretry: 5\ndata\n\nid:2\rdata: x\r\revent: reset\ndata: {}\n\n';
  const expected = [
    { event: 'record', data: '{"a":\n1}', id: 'default:1' },
    { event: 'message', data: '', id: 'default:1' },
    { event: 'message', data: 'x', id: '2' },
    { event: 'reset', data: '{}', id: '2' },
  ];
  const seed = 7;
  const random = randomFrom(seed);
  for (let round = 0; round < 200; round += 1) {
    const reader = new SseReader();
    const out = [];
    for (let at = 0; at < stream.length;) {
      const size = 1 + random.below(9);
      out.push(...reader.push(stream.slice(at, at + size)));
      at += size;
    }
    assert.deepEqual(out, expected, `seed ${seed}, round ${round}`);
  }
});

test('an event without end is refused, not kept', async () => {
  const { SseReader, EVENT_CHARS_MAX } = await load('fold/sse.ts');
  const reader = new SseReader();
  assert.throws(() => reader.push(`data: ${'x'.repeat(EVENT_CHARS_MAX)}`), /longer than/);
});

test('indenting JSON changes white space only', async () => {
  const { indentJson, memberText } = await load('fold/jsontext.ts');
  const json = '{"b":1.0,"a":[ ],"n":18446744073709551615,"s":"x\\"{,}:","o":{"k":[1,{"z":-0.0}]},"e":{ }}';
  assert.equal(
    indentJson(json),
    '{\n  "b": 1.0,\n  "a": [],\n  "n": 18446744073709551615,\n  "s": "x\\"{,}:",\n  "o": {\n    "k": [\n      1,\n      {\n        "z": -0.0\n      }\n    ]\n  },\n  "e": {}\n}',
  );
  assert.equal(indentJson(indentJson(json)), indentJson(json));
  assert.equal(memberText(json, 'n'), '18446744073709551615');
  assert.equal(memberText(json, 'o'), '{"k":[1,{"z":-0.0}]}');
  assert.equal(memberText(json, 'k'), null);
  assert.equal(memberText(json, 'e'), '{ }');
});

test('terms of a query keep quoted words together', async () => {
  const { splitTerms, withoutTerm } = await load('fold/terms.ts');
  assert.deepEqual(splitTerms('  status:failed  job:"two words" x '), ['status:failed', 'job:"two words"', 'x']);
  assert.equal(withoutTerm('a status:failed b', 'status:failed'), 'a b');
  assert.equal(withoutTerm('a', 'b'), 'a');
});

test('times are shown, not guessed', async () => {
  const { parsed, short } = await load('time.ts');
  assert.equal(parsed('yesterday'), null);
  assert.equal(parsed('2026'), null);
  assert.equal(parsed('2026-11-18T06:00:00Z'), 1_794_981_600_000);
  assert.equal(short('a while ago', 0), 'a while ago');
  assert.equal(short('2026-11-18T06:00:00Z', 1_794_981_600_000 + 90_000), '1 min. ago');
});
