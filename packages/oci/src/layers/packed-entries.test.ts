import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { entryOf, keyOf } from './index-lines.ts';
import { type LayerEntry, layerEntryKinds } from './layer-entry.ts';
import { PackedEntries } from './packed-entries.ts';

const name = fc.oneof(
  fc.constantFrom('a', 'a-b', 'b', 'usr', 'a-name-of-a-file'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
);
const path = fc
  .array(name, { maxLength: 3 })
  .map((names) => names.join('/'))
  .filter((text) => !text.includes('\0'));
const entry: fc.Arbitrary<LayerEntry> = fc
  .record({
    path,
    kind: fc.constantFrom(...layerEntryKinds),
    numbers: fc.tuple(fc.maxSafeNat(), fc.nat(), fc.maxSafeNat(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
    target: fc.option(fc.string({ unit: 'grapheme', maxLength: 40 })),
    hashed: fc.option(fc.string()),
    offset: fc.option(fc.maxSafeNat()),
    flags: fc.tuple(fc.boolean(), fc.boolean()),
  })
  .map(({ path, kind, numbers: [sizeBytes, mode, uid, gid, time], target, hashed, offset, flags: [isOpaque, isImplied] }) => ({
    ...{ path, kind, sizeBytes, mode, uid, gid, modifiedAt: time + 0 },
    ...(target !== null && { target }),
    ...(hashed !== null && { sha256: hash('sha256', hashed) }),
    ...(offset !== null && { offset }),
    ...(isOpaque && { isOpaque }),
    ...(isImplied && { isImplied }),
  }));

test('entries are found and listed as they were put last', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 60 }), (entries) => {
      const packed = new PackedEntries();
      const expected = new Map<string, LayerEntry>();
      for (const each of entries) {
        assert.equal(packed.set(each), !expected.has(keyOf(each.path)));
        expected.set(keyOf(each.path), each);
      }
      assert.equal(packed.size, expected.size);
      const lines = [...packed.lines()];
      assert.deepEqual(
        lines.map(([key]) => key),
        [...expected.keys()].sort(),
      );
      for (const [key, line] of lines) {
        const { path: at = '' } = expected.get(key) ?? {};
        assert.deepEqual(entryOf(line), expected.get(key));
        assert.deepEqual(packed.get(at), expected.get(key));
      }
    }),
  );
});

test('a target longer than a chunk is kept, and what comes after it', () => {
  const plain = { kind: 'symlink', sizeBytes: 0, mode: 0o777, uid: 0, gid: 0, modifiedAt: 0 } as const;
  const packed = new PackedEntries();
  const targets = ['x', 'y'.repeat(5 * 1024 * 1024), 'z'];
  for (const [at, target] of targets.entries()) packed.set({ ...plain, path: `link${at}`, target });
  for (const [at, target] of targets.entries()) assert.equal(packed.get(`link${at}`)?.target, target);
});

test('what is replaced again and again takes no more for it', () => {
  const packed = new PackedEntries();
  const put = (at: number) => packed.set({ path: 'a', kind: 'file', sizeBytes: at, mode: 0, uid: 0, gid: 0, modifiedAt: 0 });
  put(9999);
  const { bytes } = packed;
  for (let at = 0; at < 9999; at += 1) put(at);
  assert.equal(packed.bytes, bytes);
});
