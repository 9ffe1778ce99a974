/*
 * How the page is built. One bundle that works under any path: the daemon serves it from `/`, a static host from
 * wherever it was put, so every address in it is relative. Nothing is inlined into the HTML, because the page runs
 * under a policy that refuses inline scripts and styles.
 */
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'safari17.5', 'firefox128'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  worker: { format: 'es' },
});
