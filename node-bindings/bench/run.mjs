/**
 * `npm run bench`: the package against the baseline in Node, the native fold of the same bytes, and fresh processes.
 *
 * Owns what only Node can do: files and processes. The native fold is skipped, and said so, where there is no cargo.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as jobfold from 'jobfold';

import { foldBytes } from './baseline.mjs';
import { measureAll } from './cases.mjs';
import { processorClock, report, say } from './report.mjs';
import { bytesOf, generate } from './stream.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'jobfold-bench-'));
const clock = processorClock();
const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];

function freshProcesses() {
  const file = join(scratch, 'ten-thousand.jsonl');
  writeFileSync(file, bytesOf(generate(jobfold, { events: 10_000, jobs: 5_000 })));
  const times = { ours: [], baseline: [] };
  for (let round = 0; round < 7; round += 1) {
    for (const way of Object.keys(times)) {
      const { stdout, stderr, status } = spawnSync(process.execPath, [join(here, 'fresh.mjs'), way, file], {
        cwd: here,
      });
      if (status !== 0) throw new Error(String(stderr));
      times[way].push(Number(stdout));
    }
  }
  const [ours, baseline] = [median(times.ours), median(times.baseline)];
  const ratio = (baseline / ours).toFixed(2);
  report('10k events in a fresh process, node', `${ours.toFixed(0)} ms`, `${baseline.toFixed(0)} ms`, ratio, '>=1');
}

/** The native program prints `name, events/s, …`; the baseline runs right before and after it. */
function nativeFold() {
  const bytes = bytesOf(generate(jobfold, { events: 100_000, jobs: 5_000 }));
  const file = join(scratch, 'stream.jsonl');
  writeFileSync(file, bytes);
  const baseline = () => {
    const start = clock();
    foldBytes(bytes);
    return clock() - start;
  };
  const times = [baseline(), baseline()];
  const cargo = ['bench', '--quiet', '--locked', '--package', 'jobfold-core', '--bench', 'fold'];
  const env = { ...process.env, JOBFOLD_BENCH_STREAM: file };
  const { stdout, error } = spawnSync('cargo', cargo, { cwd: join(here, '..', '..'), env, encoding: 'utf8' });
  times.push(baseline(), baseline());
  const found = /^fold\.native\.bytes_to_cards\t(\d+)/m.exec(stdout ?? '');
  if (found === null) {
    say(`the native fold was not measured: ${error?.code ?? 'no figure came back'}`);
    return;
  }
  const [native, theirs] = [Number(found[1]), (100_000 / Math.min(...times)) * 1000];
  const k = (perSecond) => `${Math.round(perSecond / 1000)}k events/s`;
  report('bytes to cards, native', k(native), k(theirs), (native / theirs).toFixed(2), '>=10');
}

try {
  freshProcesses();
  nativeFold();
  measureAll(jobfold, { world: 'node', report, say, clock });
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
