/* Starts the fold worker from a file of its own. The single-file page takes worker.inline.ts instead. */
export function startWorker(): Worker {
  return new Worker(new URL('../fold/worker.ts', import.meta.url), { type: 'module' });
}
