/*
 * The page as one HTML file that needs no server and no network: opened from disk, it folds a dropped history or the
 * sample inside it. Script, worker, WebAssembly and styles travel in the file; scripts/single.mjs puts them there.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  publicDir: false,
  resolve: {
    alias: [
      { find: /^jobfold$/, replacement: 'jobfold/inline' },
      { find: /^\.\/worker$/, replacement: here('src/state/worker.inline.ts') },
    ],
  },
  build: {
    outDir: 'target/single',
    emptyOutDir: true,
    target: 'es2022',
    cssTarget: ['chrome123', 'safari17.5', 'firefox128'],
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: { output: { codeSplitting: false } },
  },
  worker: { format: 'iife' },
});
