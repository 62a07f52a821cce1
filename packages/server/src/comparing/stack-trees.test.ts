import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type FileEntry, isPresent, newTree, type TreeNode } from './file-tree.ts';
import { LayerTree } from './layer-tree.ts';
import { coverTheSame, stackTrees } from './stack-trees.ts';

type Step = readonly [what: 'file' | 'directory' | 'whiteout' | 'opaque', path: string];

const entry = (kind: 'file' | 'directory', layer: number): FileEntry => ({
  traits: { kind, mode: 0o644, uid: 0, gid: 0, layer },
  ...{ size: 0, target: '', sha256: '' },
});

/** Paths of a layer: a file of its own is no directory of it too. */
const layers = fc.array(
  fc.uniqueArray(
    fc.tuple(
      fc.constantFrom('file', 'directory', 'whiteout', 'opaque'),
      fc.constantFrom('a', 'b', 'a/a', 'a/b', 'b/a', 'a/a/a', 'a/b/b', 'b/a/a'),
    ),
    { selector: ([, path]) => path, maxLength: 5 },
  ),
  { maxLength: 4 },
);

const withoutClashes = (steps: readonly Step[]): Step[] =>
  steps.filter(([, path]) => !steps.some(([what, other]) => what === 'file' && path.startsWith(`${other}/`)));

function treeOf(steps: readonly Step[], layer: number): TreeNode {
  const tree = new LayerTree();
  for (const [what, path] of steps) {
    const [, directory = '', name = ''] = /^(.*\/)?([^/]+)$/.exec(path) ?? [];
    if (what === 'whiteout') tree.add(`${directory}.wh.${name}`, entry('file', layer));
    else if (what === 'opaque') tree.add(`${path}/.wh..wh..opq`, entry('file', layer));
    else tree.add(path, entry(what, layer));
  }
  return tree.root;
}

/** What unpacking does, path by path: first what a layer removes, then what it brings; parents of whatever it names are made. */
function unpack(all: readonly (readonly Step[])[]): Map<string, string> {
  const paths = new Map<string, string>();
  const removeBelow = (path: string) => {
    for (const each of [...paths.keys()]) if (each.startsWith(`${path}/`)) paths.delete(each);
  };
  for (const [layer, steps] of all.entries()) {
    for (const [what, path] of steps) {
      if (what === 'whiteout') paths.delete(path);
      if (what === 'whiteout' || what === 'opaque') removeBelow(path);
    }
    for (const [what, path] of steps) {
      const parts = path.split('/');
      for (let depth = 1; depth < parts.length + Number(what === 'opaque'); depth += 1) {
        const parent = parts.slice(0, depth).join('/');
        if (!paths.get(parent)?.startsWith('directory')) paths.set(parent, 'directory');
      }
      if (what === 'file') removeBelow(path);
      if (what === 'file' || what === 'directory') paths.set(path, what === 'file' ? `file ${layer}` : what);
    }
  }
  return paths;
}

function listed(node: TreeNode, path = '', paths = new Map<string, string>()): Map<string, string> {
  for (const [name, child] of node.children ?? []) {
    assert.ok(isPresent(child), 'nothing on the ground only hides');
    paths.set(path + name, child.entry?.traits.kind === 'file' ? `file ${child.entry.traits.layer}` : 'directory');
    listed(child, `${path}${name}/`, paths);
  }
  return paths;
}

const sorted = (paths: Map<string, string>) => [...paths].map((each) => each.join(': ')).sort();

test('layers that are laid on each other are what unpacking makes of them, whichever are put together first', () => {
  fc.assert(
    fc.property(layers, fc.nat(4), (given, split) => {
      const all = given.map(withoutClashes);
      const stack = (some: readonly (readonly Step[])[], first: number) =>
        some.reduce((tree, steps, index) => stackTrees(tree, treeOf(steps, first + index), 'above-ground'), newTree());
      const ground = stackTrees(newTree(), stack(all.slice(0, split), 0), 'ground');
      const whole = stackTrees(ground, stack(all.slice(split), Math.min(split, all.length)), 'ground');
      assert.deepEqual(sorted(listed(whole)), sorted(unpack(all)));
    }),
    { numRuns: 2000 },
  );
});

test('trees cover the same when they tell of the same paths, whatever they tell', () => {
  const of = (layer: number, ...steps: readonly Step[]) => treeOf([['directory', 'a'], ...steps], layer);
  const one = of(0, ['file', 'a/b']);
  assert.equal(coverTheSame(one, of(1, ['file', 'a/b'])), true);
  const implied = treeOf([['file', 'a/b']], 0);
  assert.equal(coverTheSame(implied, treeOf([['file', 'a/b']], 1)), false, 'a link below may lead elsewhere');
  assert.equal(coverTheSame(one, of(1, ['directory', 'a/b'])), false);
  assert.equal(coverTheSame(one, of(1, ['whiteout', 'a/b'])), false);
  assert.equal(coverTheSame(one, of(1, ['file', 'a/b'], ['opaque', 'a'])), false);
});
