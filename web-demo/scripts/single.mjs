/*
 * Puts what vite.single.config.ts built into one file, target/jobfold.html, under a policy that allows exactly this
 * script and this style and no connection at all.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

const ROOT = new URL('../', import.meta.url);
const BUILT = new URL('target/single/', ROOT);
const read = (name) => readFileSync(new URL(name, BUILT), 'utf8');
const only = (kind) => {
  const names = readdirSync(new URL('assets/', BUILT)).filter((name) => name.endsWith(kind));
  assert.equal(names.length, 1, `expected one ${kind} file, got ${names.join(', ')}`);
  return read(`assets/${names[0]}`);
};
const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const script = only('.js').replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
const style = only('.css');
const sample = readFileSync(new URL('public/sample.ndjson', ROOT), 'utf8');
assert.ok(!sample.includes('<') && !style.includes('</'), 'the text would end the element that carries it');
const icon = readFileSync(new URL('public/favicon.svg', ROOT)).toString('base64');
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)} 'wasm-unsafe-eval' blob:`,
  `style-src ${hash(style)}`,
  'worker-src blob:',
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

// Functions, because in a replacement text `$&` and its like mean something.
const html = read('index.html')
  .replace(/content="default-src[^"]*"/, () => `content="${policy}"`)
  .replace(/<link rel="icon"[^>]*>/, () => `<link rel="icon" href="data:image/svg+xml;base64,${icon}">`)
  .replace(/<link rel="stylesheet"[^>]*>/, () => `<style>${style}</style>`)
  .replace(/\s*<script type="module"[^>]*><\/script>/, '')
  .replace(
    '</body>',
    () => `<script type="application/x-ndjson" id="sample">${sample}</script>\n<script type="module">${script}</script>\n</body>`,
  );
assert.ok(!/(src|href)="\.?\//.test(html.replace(script, () => '')), 'the page still points to another file');
writeFileSync(new URL('target/jobfold.html', ROOT), html);
console.log(`target/jobfold.html ${html.length} characters`);
