import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LinkFollower } from './followed-links.ts';
import type { LayerEntry } from './layer-entry.ts';

const described = { sizeBytes: 0, mode: 0o755, uid: 0, gid: 0, modifiedAt: 0 };
const directory = (path: string): LayerEntry => ({ path, kind: 'directory', ...described });

function below(links: Readonly<Record<string, string>>, directories: readonly string[]) {
  const all = new Map<string, LayerEntry>(directories.map((path) => [path, directory(path)]));
  for (const [path, target] of Object.entries(links)) all.set(path, { path, kind: 'symlink', target, ...described });
  return async (path: string) => all.get(path);
}

test('links are followed as from the root of the image, and not in circles', async () => {
  const find = below({ a: '../../usr/./lib', 'usr/b': '/a', c: 'd', d: 'c', e: 'nowhere', 'usr/up': '..' }, ['usr', 'usr/lib']);
  const links = new LinkFollower();
  const all = ['usr/lib', 'a', 'usr/b', 'usr/up/a', 'usr/up', 'c', 'e'].map((path) => links.realDirectory(path, find));
  assert.deepEqual(await Promise.all(all), ['usr/lib', 'usr/lib', 'usr/lib', 'usr/lib', '', undefined, undefined]);
});

test('the links of an image that somebody made up cost a bounded number of looks', async () => {
  // Each leads to itself by a long way: forty times through all of it.
  const names = Array.from({ length: 500 }, (_, at) => `link-${at}`);
  const find = below(Object.fromEntries(names.map((name) => [name, `${'usr/../'.repeat(500)}${name}`])), ['usr']);
  let looks = 0;
  const index = { impliedDirectories: async () => names };
  const counted = (path: string) => {
    looks += 1;
    return find(path);
  };
  assert.equal((await new LinkFollower().movedDirectories(index, counted)).size, 0);
  assert.equal(looks, 10_000);
});
