// How long it takes to compare two large images, and how much memory: node bench/compare-bench.ts OLD.tar.gz[,MORE.tar.gz] NEW.tar.gz[,...] [COPIES]
// The files are the layers of the images. With COPIES, each image has what is in its first file so many times, in a layer for each. Beside it, in
// the same run, `gunzip | tar t` of all layers.
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApiClient } from '../packages/api-client/src/index.ts';
import { nodeFlags } from '../packages/cli/bin/node-flags.js';
import { compared, type LayerFile, pushLayers } from '../test/comparison/compared-images.ts';
import { startLongshore } from '../test/tools/longshore.ts';
import { runProgram } from '../test/tools/run-program.ts';
import { residentMegabytes, takePeakMegabytes } from './process-usage.ts';

const [older, newer, copies] = process.argv.slice(2);
if (older === undefined || newer === undefined) throw new Error('Name the layers of two images: tar archives, packed by gzip.');
const directory = await mkdtemp(join(tmpdir(), 'longshore-compare-bench-'));

async function layersOf(files: string, name: string): Promise<LayerFile[]> {
  const [first = '', ...more] = files.split(',');
  return copies === undefined ? [first, ...more].map((file) => ({ file })) : copiesOf(first, name);
}

/** Layers with the files of an archive, each below a directory of its own. */
async function copiesOf(archive: string, name: string): Promise<LayerFile[]> {
  const tree = join(directory, name);
  await mkdir(tree);
  await runProgram('tar', ['-xzf', archive, '-C', tree]);
  const layers: LayerFile[] = [];
  for (let copy = 0; copy < Number(copies); copy += 1) {
    const file = join(directory, `${name}-${copy}.tar.gz`);
    await runProgram('bash', ['-c', `tar --transform='s,^[.],copy${copy},S' -C ${tree} -c . | gzip -1 > ${file}`]);
    layers.push({ file });
  }
  await rm(tree, { recursive: true });
  return layers;
}

try {
  const layers = [await layersOf(older, 'old'), await layersOf(newer, 'new')] as const;
  const server = await startLongshore({
    dataDir: join(directory, 'data'),
    // As the command starts it.
    env: { NODE_OPTIONS: nodeFlags.join(' '), NODE_COMPILE_CACHE: join(directory, 'compile-cache') },
  });
  try {
    for (const [at, tag] of ['old', 'new'].entries())
      await pushLayers(server, { repository: 'bench/large', tag, layers: layers[at] ?? [] });
    const api = createApiClient({ baseUrl: server.url, credential: { name: 'admin', password: server.adminPassword } });
    // Whatever is loaded for the first time is loaded now.
    await compared(api, { repository: 'bench/large', reference: 'old' }, { repository: 'bench/large', reference: 'old' });
    const before = residentMegabytes(server.pid);
    takePeakMegabytes(server.pid);
    const startedAt = performance.now();
    const shown = await compared(api, { repository: 'bench/large', reference: 'old' }, { repository: 'bench/large', reference: 'new' });
    const seconds = (performance.now() - startedAt) / 1000;
    const peak = takePeakMegabytes(server.pid);
    if (shown.state !== 'done') throw new Error(shown.failure ?? shown.state);
    const files = layers.flat().map(({ file }) => file);
    const listedAt = performance.now();
    const { stdout } = await runProgram('bash', [
      '-c',
      `for f in ${files.join(' ')}; do gunzip -c $f | tar t | wc -l; gunzip -c $f | wc -c; done`,
    ]);
    const both = (performance.now() - listedAt) / 1000;
    const figures = stdout.trim().split('\n').map(Number);
    const onlyAt = performance.now();
    await runProgram('bash', ['-c', `for f in ${files.join(' ')}; do gunzip -c $f | tar t >/dev/null; done`]);
    const listed = (performance.now() - onlyAt) / 1000;
    const sum = (parity: number) => figures.reduce((total, figure, at) => total + (at % 2 === parity ? figure : 0), 0);
    const packed = (await Promise.all(files.map((file) => stat(file)))).reduce((total, { size }) => total + size, 0);
    console.log({ entries: sum(0), unpackedMB: Math.round(sum(1) / 1e6), packedMB: Math.round(packed / 1e6), differ: shown.result?.files });
    console.log({
      compareSeconds: seconds.toFixed(1),
      gunzipTarSeconds: listed.toFixed(1),
      ratio: (seconds / listed).toFixed(2),
      countingToo: both.toFixed(1),
    });
    console.log({ residentBeforeMB: Math.round(before), peakMB: Math.round(peak), moreMB: Math.round(peak - before) });
  } finally {
    await server.stop();
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}
