import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ArchiveFault, TarReader } from '@longshore/oci/layers';
import { archiveOf, entryBlocks, headerBlock, paxEntry, type WrittenEntry } from '../../../oci/src/layers/testing/archive.ts';
import { newTree, type TreeNode } from './file-tree.ts';
import { LayerSink, newAllowance } from './layer-sink.ts';
import { stackTrees } from './stack-trees.ts';
import { treeDifferences } from './tree-difference.ts';

function read(archive: Buffer, layer = 0): TreeNode {
  const sink = new LayerSink(layer, newAllowance());
  const reader = new TarReader(sink);
  reader.write(archive);
  reader.close();
  return sink.tree.root;
}

/** Paths of an image that these archives are layers of. */
function pathsOf(...archives: readonly Buffer[]): string[] {
  const tree = archives.reduce((below, archive, layer) => stackTrees(below, read(archive, layer), 'ground'), newTree());
  return Array.from(treeDifferences(newTree(), tree), ({ path }) => path);
}

const deep = (depth: number) => 'd/'.repeat(depth);
const link = (name: string, target: string): WrittenEntry => ({ name, type: '1', link: target });

const refused: Record<string, () => Buffer> = {
  'a path that leads out': () => archiveOf([{ name: '../../etc/passwd', body: 'x' }]),
  'a whiteout that leads out': () => archiveOf([{ name: '../.wh.etc', body: '' }]),
  'a hard link that leads out': () => archiveOf([link('a', '../../etc/shadow')]),
  'a hard link to itself': () => archiveOf([link('a', 'a')]),
  'hard links in a circle': () => archiveOf([link('a', 'b'), link('b', 'a')]),
  'a path with a zero character': () => archiveOf([paxEntry({ path: 'a\0b' }), { name: 'a', body: '' }]),
  'a path as deep as no system takes it': () => archiveOf([paxEntry({ path: `${deep(2000)}f` }), { name: 'a', body: '' }]),
  'a path as long as no system takes it': () => archiveOf([paxEntry({ path: 'x'.repeat(5000) }), { name: 'a', body: '' }]),
  'a symbolic link as long as no system takes it': () => archiveOf([paxEntry({ linkpath: 'x'.repeat(5000) }), { name: 'a', type: '2' }]),
  'a size beyond every number': () => archiveOf([paxEntry({ size: '1e400' }), { name: 'a', body: '' }]),
  'a size below nothing': () => archiveOf([paxEntry({ size: '-512' }), { name: 'a', body: '' }]),
  'a file that is not there whole': () => headerBlock({ name: 'a', size: 10_000 }),
};
for (const [name, make] of Object.entries(refused)) {
  test(`refused: ${name}`, () => assert.throws(() => pathsOf(make()), ArchiveFault));
}

test('what is odd and can be unpacked is compared as it is unpacked', () => {
  assert.deepEqual(
    pathsOf(
      archiveOf([
        { name: '/absolute', body: '' },
        { name: './a/../b', body: '' },
        { name: 'line\nbreak', body: '' },
      ]),
    ),
    ['absolute', 'b', 'line\nbreak'],
  );
  assert.deepEqual(pathsOf(archiveOf([{ name: Buffer.from([0x66, 0xff, 0xfe]), body: '' }])), ['f\\xff\\xfe']);
  assert.deepEqual(
    pathsOf(
      archiveOf([
        { name: 'null', type: '3' },
        { name: 'pipe', type: '6' },
        { name: 'future', type: 'Z', body: 'x' },
      ]),
    ),
    ['future', 'null', 'pipe'],
  );
  const same = Array.from({ length: 1000 }, (_, at) => ({ name: 'same', body: String(at) }));
  assert.deepEqual(pathsOf(archiveOf(same)), ['same']);
  const longNames = Buffer.concat(Array.from({ length: 1000 }, () => entryBlocks({ name: '././@LongLink', type: 'L', body: 'long' })));
  assert.deepEqual(pathsOf(Buffer.concat([longNames, archiveOf([{ name: 'short', body: '' }])])), ['long'], 'names before names');
});

test('whiteouts remove what is below them and nothing else', () => {
  const below = archiveOf([
    { name: 'a/kept', body: '' },
    { name: 'a/gone', body: '' },
    { name: 'b/file', body: '' },
  ]);
  const root = archiveOf([
    { name: '.wh..wh..opq', body: '' },
    { name: 'new', body: '' },
  ]);
  assert.deepEqual(pathsOf(below, root), ['new']);
  const odd = archiveOf([
    { name: 'a/.wh.gone', body: '' },
    { name: '.wh..wh.plnk', body: '' },
    { name: '.wh.b/file', body: '' },
  ]);
  assert.deepEqual(pathsOf(below, odd), ['.wh.b', '.wh.b/file', 'a', 'a/kept', 'b', 'b/file']);
});

test('differences come in the order of the bytes of their paths', () => {
  const names = ['a', 'a-b', 'a/c', 'a.b', 'b', '\u{1f600}', '\uff5e', 'a/c-d/x', 'a/c/x'].filter((name) => name !== 'a' && name !== 'a/c');
  const paths = pathsOf(archiveOf(names.map((name) => ({ name, body: '' }))));
  assert.deepEqual(
    paths,
    paths.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right))),
  );
  assert.equal(paths.length, 9 + 1);
});
