import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ImageFiles, type LayerIndex, movedDirectories } from '@longshore/oci/layers';
import { archiveOf, type WrittenEntry } from '../../../oci/src/layers/testing/archive.ts';
import { type LayerBlob, LayerError } from '../registry/ports/layer-store.ts';
import { LayerIndexes } from './layer-indexes.ts';
import { storedLayer } from './testing/stored-layer.ts';

let directory: string;
let layers: LayerIndexes;
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const indexes = (mostBytes = 2 ** 30) => new LayerIndexes({ directory, mostBytes, logger });

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longshore-layers-'));
  layers = indexes();
});
after(async () => {
  await layers.close();
  await rm(directory, { recursive: true });
});

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const layerOf = (entries: readonly WrittenEntry[]) => storedLayer(gzipSync(archiveOf(entries)));

async function opened<T>(layer: LayerBlob, use: (index: LayerIndex) => Promise<T>): Promise<T> {
  const index = await layers.open(layer);
  try {
    return await use(index);
  } finally {
    await index.close();
  }
}

const names = (index: LayerIndex, path: string) =>
  index.list(path, { limit: 100 }).then((entries) => entries.map((entry) => `${entry.kind} ${entry.path}`));

async function textAt(layer: LayerBlob, offset: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  await layers.read(layer, offset, (piece) => void pieces.push(piece));
  return Buffer.concat(pieces).toString();
}

test('a layer is read once, and its files are found and sent', async () => {
  const layer = layerOf([
    { name: './', type: '5' },
    { name: './etc/passwd', body: 'root:x:0:0' },
    { name: './etc/passwd-', type: '1', link: './etc/passwd' },
    { name: 'bin', type: '2', link: 'usr/bin' },
    { name: '/usr//bin/./sh', body: 'x'.repeat(700_000) },
  ]);
  await opened(layer, async (index) => {
    assert.deepEqual(await names(index, ''), ['symlink bin', 'directory etc', 'directory usr']);
    assert.deepEqual(await names(index, 'etc'), ['file etc/passwd', 'hardlink etc/passwd-']);
    assert.deepEqual(await index.list('', { after: 'bin', limit: 1 }).then(([entry]) => entry?.path), 'etc');
    assert.equal((await index.find('usr'))?.isImplied, true);
    const file = await index.find('etc/passwd-');
    assert.deepEqual([file?.sizeBytes, file?.sha256, file?.target], [10, sha256('root:x:0:0'), 'etc/passwd']);
    assert.equal(await textAt(layer, file?.offset ?? -1), 'root:x:0:0');
    const sh = await index.find('usr/bin/sh');
    assert.equal(sh?.sha256, sha256('x'.repeat(700_000)));
    assert.equal((await textAt(layer, sh?.offset ?? -1)).length, 700_000);
    assert.deepEqual([index.summary.files, index.summary.fileBytes, index.summary.leftOut], [2, 700_010, 0]);
  });
  const before = layer.opened();
  await opened(layer, async () => undefined);
  assert.equal(layer.opened(), before, 'the second look reads nothing of the layer');
});

test('what leads out of the root is left out, and the last of one name counts', async () => {
  const layer = layerOf([
    { name: '../../etc/passwd', body: 'outside' },
    { name: 'a/../../b', body: 'outside' },
    { name: 'a/../c', body: 'first' },
    { name: 'c', body: 'second' },
    { name: 'link', type: '1', link: '../../etc/shadow' },
    { name: '.wh..wh.plnk/5', body: '' },
  ]);
  await opened(layer, async (index) => {
    assert.deepEqual(await names(index, ''), ['directory .wh..wh.plnk', 'file c']);
    assert.equal((await index.find('c'))?.sha256, sha256('second'));
    assert.equal(index.summary.leftOut, 3);
  });
});

test('layers become one file system', async () => {
  const written: readonly (readonly WrittenEntry[])[] = [
    [
      { name: 'kept', body: '0' },
      { name: 'removed/file', body: '0' },
      { name: 'opaque/', type: '5', mode: 0o700 },
      { name: 'opaque/below', body: '0' },
      { name: 'again/', type: '5' },
      { name: 'again/old', body: '0' },
      { name: 'file-then-directory', body: '0' },
      { name: 'directory-then-file/x', body: '0' },
      { name: 'described/', type: '5', mode: 0o711 },
    ],
    [
      { name: '.wh.removed', body: '' },
      { name: 'opaque/.wh..wh..opq', body: '' },
      { name: 'opaque/above', body: '1' },
      { name: '.wh.again', body: '' },
      { name: 'again/', type: '5' },
      { name: 'again/new', body: '1' },
      { name: 'file-then-directory/', type: '5' },
      { name: 'file-then-directory/x', body: '1' },
      { name: 'directory-then-file', body: '1' },
      { name: 'described/more', body: '1' },
    ],
    [
      { name: 'removed/fresh', body: '2' },
      { name: 'kept', body: '2' },
    ],
  ];
  const open = await Promise.all(written.map((entries) => layers.open(layerOf(entries))));
  try {
    const image = new ImageFiles(open, await movedDirectories(open));
    const all: string[] = [];
    for await (const { path, kind, layer } of image.walk()) if (kind !== 'directory') all.push(`${path} ${layer}`);
    assert.deepEqual(all, [
      'again/new 1',
      'described/more 1',
      'directory-then-file 1',
      'file-then-directory/x 1',
      'kept 2',
      'opaque/above 1',
      'removed/fresh 2',
    ]);
    assert.deepEqual(
      (await image.list('opaque', { limit: 5 })).items.map(({ path }) => path),
      ['opaque/above'],
    );
    assert.deepEqual(
      (await image.list('removed', { limit: 5 })).items.map(({ path }) => path),
      ['removed/fresh'],
    );
    assert.deepEqual((await image.list('directory-then-file', { limit: 5 })).items, []);
    const page = await image.list('', { after: 'again', limit: 2 });
    assert.deepEqual([page.items.map(({ path }) => path), page.more], [['described', 'directory-then-file'], true]);
    assert.equal((await image.find('described'))?.mode, 0o711, 'a layer that only adds to a directory does not describe it');
    assert.equal(await image.find('removed/file'), undefined);
    assert.equal(await image.find('again/old'), undefined);
    assert.equal(await image.find('directory-then-file/x'), undefined);
    assert.equal((await image.find('kept'))?.layer, 2);
  } finally {
    for (const index of open) await index.close();
  }
});

test('an index of many blocks has every name', async () => {
  const written = Array.from({ length: 3000 }, (_, at) => ({ name: `d${at % 7}/sub${at % 3}/file-${at}`, body: String(at) }));
  await opened(layerOf(written), async (index) => {
    for (const { name, body } of written.filter((_, at) => at % 11 === 0))
      assert.equal((await index.find(name))?.sha256, sha256(body), name);
    const found: string[] = [];
    for (let after: string | undefined; ; ) {
      const page = await index.list('d3/sub2', { after, limit: 10 });
      found.push(...page.map(({ path }) => path));
      after = page.at(-1)?.path.slice('d3/sub2/'.length);
      if (page.length < 10) break;
    }
    assert.deepEqual(
      found,
      written
        .map(({ name }) => name)
        .filter((name) => name.startsWith('d3/sub2/'))
        .sort(),
    );
  });
});

test('a layer that cannot be read is tried once', async () => {
  const layer = storedLayer(Buffer.from('this is no archive'.padEnd(2048, '.')));
  const refusal = (error: unknown) => error instanceof LayerError && error.reason === 'unreadable' && /no tar archive/.test(error.message);
  await assert.rejects(layers.open(layer), refusal);
  await assert.rejects(layers.open(layer), refusal);
  assert.equal(layer.opened(), 1);
});

test('a store that fails is asked again the next time', async () => {
  const bytes = gzipSync(archiveOf([{ name: 'a' }, { name: 'only here' }]));
  const layer = storedLayer(bytes);
  const failing = { ...layer, open: async () => Promise.reject(new Error('the store is away')) };
  await assert.rejects(layers.open(failing), /away/);
  await opened(layer, async (index) => assert.equal(index.summary.entries, 3));
});

test('two processes that look at once read the layer once', async () => {
  const other = indexes();
  const layer = layerOf([{ name: 'seen by two', body: 'x' }]);
  const both = await Promise.all([layers.open(layer), other.open(layer)]);
  assert.equal(layer.opened(), 1);
  for (const index of both) await index.close();
  await other.close();
});

test('whoever looks while it is read sees how far that is', async () => {
  const bytes = gzipSync(archiveOf([{ name: 'slow', body: 'x'.repeat(10_000) }]));
  const goOn = Promise.withResolvers<void>();
  const stored = storedLayer(bytes);
  const layer: LayerBlob = {
    ...stored,
    open: async () => {
      const reader = await stored.open();
      return { ...reader, read: (...args) => goOn.promise.then(() => reader.read(...args)) };
    },
  };
  assert.deepEqual(await layers.look(layer, 1), { readBytes: 0, sizeBytes: bytes.length });
  goOn.resolve();
  await opened(layer, async (index) => assert.equal(index.summary.files, 1));
});

test('what was used least recently goes when there is no more room', async () => {
  const small = indexes(1);
  const one = layerOf([{ name: 'one' }]);
  const two = layerOf([{ name: 'two' }]);
  for (const layer of [one, two]) await (await small.open(layer)).close();
  assert.deepEqual((await readdir(directory)).length, 1);
  await (await small.open(one)).close();
  assert.equal(one.opened(), 2);
  await small.close();
});

test('a reader that is not wanted any more ends', async () => {
  const layer = layerOf([{ name: 'large', body: 'y'.repeat(3_000_000) }]);
  const offset = await opened(layer, async (index) => (await index.find('large'))?.offset ?? -1);
  const left = new AbortController();
  let pieces = 0;
  const reading = layers.read(
    layer,
    offset,
    () => {
      pieces += 1;
      left.abort(new Error('gone'));
      return undefined;
    },
    left.signal,
  );
  await assert.rejects(reading, /gone/);
  assert.ok(pieces < 5);
});
