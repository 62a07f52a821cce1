import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { removeOldest } from './remove-oldest.ts';

const directory = await mkdtemp(join(tmpdir(), 'longshore-oldest-'));
after(() => rm(directory, { recursive: true }));

/** Writes a file that was used so many hours ago. */
async function put(name: string, bytes: number, hoursAgo: number): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, Buffer.alloc(bytes));
  const usedAt = new Date(Date.now() - hoursAgo * 3_600_000);
  await utimes(path, usedAt, usedAt);
  return path;
}

test('what others are making is not taken from them, nor does it count; what dead ones left goes', async () => {
  await put('making.v1.making', 400, 0.2);
  await put('making.v1-1.part', 400, 0.2);
  await put('dead.v1.making', 10, 2);
  await put('dead.v1-1.part', 10, 2);
  await put('older.v1', 40, 0.1);
  await put('newer.v1', 40, 0);
  await removeOldest(directory, 100, await put('kept.v1', 20, 0.3));
  const all = ['kept.v1', 'making.v1-1.part', 'making.v1.making', 'newer.v1', 'older.v1'];
  assert.deepEqual((await readdir(directory)).sort(), all, 'a hundred bytes fit');
  await removeOldest(directory, 60, join(directory, 'kept.v1'));
  assert.deepEqual(
    (await readdir(directory)).sort(),
    all.filter((name) => name !== 'older.v1'),
    'the least recently used goes',
  );
});
