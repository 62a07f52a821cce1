import assert from 'node:assert/strict';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { mountSmallFileSystem } from '../../../../test/crash/tmpfs.ts';
import { skipUnless } from '../../../../test/tools/programs.ts';
import { archiveOf } from '../../../oci/src/layers/testing/archive.ts';
import { LayerIndexes } from './layer-indexes.ts';
import { storedLayer } from './testing/stored-layer.ts';

const disk = mountSmallFileSystem('8m');
const skip = skipUnless(disk !== undefined, 'needs the right to mount a tmpfs: run as root on Linux');

test('a full disk is said, leaves nothing behind, and does no harm to the next try', { skip }, async (t) => {
  assert(disk !== undefined);
  t.after(() => disk.unmount());
  const directory = disk.path;
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const layers = new LayerIndexes({ directory, mostBytes: 2 ** 30, logger });
  const names = Array.from({ length: 20_000 }, (_, at) => ({ name: `directory-${at % 100}/file-${at}` }));
  const layer = storedLayer(gzipSync(archiveOf(names)));
  const ballast = join(directory, 'ballast');
  await writeFile(ballast, Buffer.alloc(7 * 1024 * 1024));
  await assert.rejects(layers.open(layer), { name: 'StorageError', reason: 'full' });
  assert.deepEqual(await readdir(directory), ['ballast']);
  await rm(ballast);
  const index = await layers.open(layer);
  assert.equal(index.summary.files, 20_000);
  await index.close();
  assert.equal((await readdir(directory)).length, 1);
});
