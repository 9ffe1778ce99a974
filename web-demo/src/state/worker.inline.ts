/* Starts the fold worker from inside the script: a page opened from disk may load no second file. */
import FoldWorker from '../fold/worker.ts?worker&inline';

export function startWorker(): Worker {
  return new FoldWorker();
}
