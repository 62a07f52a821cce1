import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Digest, requireDigest } from '@longshore/oci';
import { type LayerEntry, type LayerIndex, movedDirectories } from '@longshore/oci/layers';
import { KnownMoves } from './known-moves.ts';

const imageOf = (number: number): Digest => requireDigest(`sha256:${String(number).padStart(64, '0')}`);

const paths = (count: number) => new Map(Array.from({ length: count }, (_, at) => [`lib/${at}`, `usr/lib/${at}`]));

test('what links do to the directories of an image is found out once', async () => {
  const known = new KnownMoves();
  const moved = new Map([[1, paths(1)]]);
  let finds = 0;
  const find = async () => {
    finds += 1;
    return moved;
  };
  // At once, and later.
  assert.deepEqual(await Promise.all([known.of(imageOf(1), find), known.of(imageOf(1), find)]), [moved, moved]);
  assert.equal(await known.of(imageOf(1), find), moved);
  assert.equal(finds, 1);
  await known.of(imageOf(2), find);
  assert.equal(finds, 2);
});

test('what could not be found out is looked for again', async () => {
  const known = new KnownMoves();
  await assert.rejects(
    known.of(imageOf(1), () => Promise.reject(new Error('The disk is gone.'))),
    /disk/,
  );
  assert.deepEqual(await known.of(imageOf(1), async () => new Map()), new Map());
});

test('no more is kept than there is room for, of what was used last', async () => {
  const known = new KnownMoves();
  const found: number[] = [];
  const look = (image: number) =>
    known.of(imageOf(image), async () => {
      found.push(image);
      return new Map([[1, paths(10_000)]]);
    });
  for (const image of [1, 2, 3, 4]) await look(image);
  await look(1);
  // Of five, there is no room for one: the second has not been used for longest.
  await look(5);
  await look(1);
  await look(2);
  assert.deepEqual(found, [1, 2, 3, 4, 5, 2]);
});

test('long paths take more of the room', async () => {
  const known = new KnownMoves();
  let finds = 0;
  const look = (image: number) =>
    known.of(imageOf(image), async () => {
      finds += 1;
      return new Map([[1, new Map(Array.from({ length: 1000 }, (_, at) => [`${at}${'x'.repeat(4000)}`, 'y'.repeat(1000)]))]]);
    });
  for (const image of [1, 2, 1]) await look(image);
  assert.equal(finds, 3);
});

test('others have their turn while the directories of an image are looked at', async () => {
  const entry = (path: string): LayerEntry => ({ path, kind: 'directory', sizeBytes: 0, mode: 0o755, uid: 0, gid: 0, modifiedAt: 0 });
  const names = Array.from({ length: 500 }, (_, at) => `directory-${at}`);
  const layer: LayerIndex = {
    summary: { entries: 0, files: 0, fileBytes: 0, unpackedBytes: 0, leftOut: 0 },
    find: async (path) => ({ ...entry(path), isImplied: true }),
    list: async () => [],
    impliedDirectories: async () => names,
    close: async () => undefined,
  };
  let turns = 0;
  const count = (): void => {
    turns += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  try {
    await movedDirectories([layer, layer, layer]);
  } finally {
    clearImmediate(next);
  }
  assert(turns >= 10, `${turns} turns`);
});
