import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../contract/contract-steps.ts';
import { type HeldFile, HeldFiles } from './held-files.ts';

const mebibyte = 1024 * 1024;
const file = (name: string, sizeBytes: number, usedAt: number, again: boolean): HeldFile => ({
  digest: digestOf(Buffer.from(name)),
  sizeBytes,
  usedAt,
  again,
});

/** Names in the order in which they go. */
function order(files: HeldFiles, names: ReadonlyMap<string, HeldFile>, now: number): string[] {
  const gone: string[] = [];
  for (let worst = files.worst(now); worst !== undefined; worst = files.worst(now)) {
    const [name = ''] = [...names].find(([, known]) => known === worst) ?? [];
    gone.push(name);
    files.remove(name);
  }
  return gone;
}

function filled(mostBytes: number, list: Record<string, HeldFile>): [HeldFiles, Map<string, HeldFile>] {
  const files = new HeldFiles(mostBytes);
  for (const [name, one] of Object.entries(list)) files.put(name, one);
  return [files, new Map(Object.entries(list))];
}

test('of large blobs the one that was not read for longest goes first', () => {
  const sizes = 50 * mebibyte;
  const [files, names] = filled(200 * mebibyte, {
    b: file('b', sizes, 200, true),
    a: file('a', sizes, 100, true),
    c: file('c', sizes, 300, true),
  });
  assert.equal(files.bytes, 3 * sizes);
  assert.deepEqual(order(files, names, 1000), ['a', 'b', 'c']);
  assert.equal(files.bytes, 0);
});

test('a small blob stays longer than a large one: its fetch costs more for its bytes', () => {
  const [files, names] = filled(200 * mebibyte, {
    small: file('small', 10_000, 100, true),
    large: file('large', 50 * mebibyte, 900, true),
  });
  assert.deepEqual(order(files, names, 1000), ['large', 'small']);
});

test('what was read once goes first while it has more than a tenth of all bytes', () => {
  const [files, names] = filled(100 * mebibyte, {
    again: file('again', 50 * mebibyte, 100, true),
    first: file('first', 6 * mebibyte, 800, false),
    second: file('second', 6 * mebibyte, 900, false),
  });
  assert.deepEqual(order(files, names, 1000), ['first', 'again', 'second']);
});

test('what is known of a file is replaced, and among many the one that goes is one of the worst', () => {
  const files = new HeldFiles(100 * mebibyte);
  for (let index = 0; index < 1000; index += 1) files.put(`${index}`, file(`${index}`, mebibyte, index, false));
  for (let index = 0; index < 1000; index += 1) files.put(`${index}`, file(`${index}`, mebibyte, index, true));
  assert.equal(files.bytes, 1000 * mebibyte);
  assert.ok((files.worst(2000)?.usedAt ?? 1000) < 200);
});
