// Loaded into a server with `node --import`: writes the longest time that the event loop of its main thread stood still to a file when
// asked by SIGUSR2, and begins anew. Threads that a server starts load it too, and may stand still.
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/** How often the probe looks; a loop that is always free shows this. */
const resolutionMs = 1;

const directory = process.env['BENCH_STALL_DIRECTORY'];
if (isMainThread && directory !== undefined) {
  const file = join(directory, String(process.pid));
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  const write = (): void => {
    const longestMs = Math.max(0, histogram.max / 1e6 - resolutionMs);
    histogram.reset();
    writeFileSync(`${file}.new`, String(longestMs));
    renameSync(`${file}.new`, file);
  };
  histogram.enable();
  process.on('SIGUSR2', write);
  writeFileSync(file, '');
}
