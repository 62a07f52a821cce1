import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ArchiveFault } from './tar-header.ts';
import { type TarEntry, TarReader } from './tar-reader.ts';
import { archiveOf, entryBlocks, headerBlock, paxEntry, type WrittenEntry } from './testing/archive.ts';

/** What a reader makes of an archive that comes in pieces of some length. */
function read(archive: Buffer, pieceBytes = archive.length || 1): { entries: (TarEntry & { body: string })[]; reader: TarReader } {
  const entries: (TarEntry & { body: string })[] = [];
  let [current, body]: [TarEntry | undefined, Buffer[]] = [undefined, []];
  const reader = new TarReader({
    entry: (entry) => {
      assert.equal(current, undefined, 'the entry before has not ended');
      [current, body] = [entry, []];
    },
    data: (piece) => body.push(Buffer.from(piece)),
    end: () => {
      assert.ok(current);
      entries.push({ ...current, body: Buffer.concat(body).toString('latin1') });
      current = undefined;
    },
  });
  for (let at = 0; at < archive.length; at += pieceBytes) reader.write(archive.subarray(at, at + pieceBytes));
  reader.close();
  return { entries, reader };
}

const shown = (archive: Buffer) => read(archive).entries.map(({ name, type, link, body }) => [name, type, link, body]);

test('files, directories, links and devices', () => {
  const archive = archiveOf([
    { name: 'etc/', type: '5', mode: 0o755 },
    { name: 'etc/passwd', body: 'root' },
    { name: 'etc/shadow', type: '1', link: 'etc/passwd', size: 4 },
    { name: 'bin', type: '2', link: 'usr/bin' },
    { name: 'dev/null', type: '3' },
    { name: 'old', type: '\0', body: 'x' },
    { name: 'old-directory/', type: '0' },
  ]);
  assert.deepEqual(shown(archive), [
    ['etc/', '5', '', ''],
    ['etc/passwd', '0', '', 'root'],
    ['etc/shadow', '1', 'etc/passwd', ''],
    ['bin', '2', 'usr/bin', ''],
    ['dev/null', '3', '', ''],
    ['old', '0', '', 'x'],
    ['old-directory/', '5', '', ''],
  ]);
});

test('the same, however the bytes come', () => {
  const long = 'd/'.repeat(120);
  const archive = archiveOf([
    paxEntry({ path: `${long}ü`, mtime: '1700000000.5', uid: '70000' }),
    { name: 'short', body: 'a'.repeat(1500) },
    { name: '././@LongLink', type: 'L', body: `${long}gnu\0` },
    { name: '././@LongLink', type: 'K', body: `${long}target\0` },
    { name: 'short', type: '2', link: 'short' },
    { name: 'after', body: 'b' },
  ]);
  const whole = read(archive).entries;
  assert.deepEqual(
    whole.map(({ name }) => name),
    [`${long}ü`, `${long}gnu`, 'after'],
  );
  assert.deepEqual([whole[0]?.modifiedAt, whole[0]?.uid, whole[1]?.link], [1_700_000_000.5, 70_000, `${long}target`]);
  for (const pieceBytes of [1, 7, 511, 512, 513, 1000]) assert.deepEqual(read(archive, pieceBytes).entries, whole);
});

test('numbers of GNU tar in base 256, and negative ones', () => {
  const base256 = (block: Buffer) => {
    block.fill(0, 108, 116);
    block[108] = 0x80;
    block.writeUInt32BE(3_000_000_000, 112);
    block.fill(0xff, 136, 148);
  };
  const [entry] = read(entryBlocks({ name: 'a' }, base256)).entries;
  assert.deepEqual([entry?.uid, entry?.modifiedAt], [3_000_000_000, -1]);
});

test('bytes that are not UTF-8 are written out', () => {
  assert.equal(read(archiveOf([{ name: Buffer.from([0x61, 0xff, 0x62]) }])).entries[0]?.name, 'a\\xffb');
});

const sparseBody = 'one'.padEnd(512, '\0');
const expected = `${'\0'.repeat(1000)}${sparseBody}${'\0'.repeat(488)}`;
const sparseArchives: Record<string, Buffer> = {
  'old GNU': Buffer.concat([
    entryBlocks({ name: 's', type: 'S', body: sparseBody }, (block) => {
      block.write('ustar  \0', 257);
      block.write('00000001750\0', 386);
      block.write('00000001000\0', 398);
      block.write('00000003720\0', 483);
    }),
  ]),
  'pax 0.1': archiveOf([
    paxEntry({ 'GNU.sparse.size': '2000', 'GNU.sparse.map': '1000,512', 'GNU.sparse.name': 's' }),
    { name: 'x', body: sparseBody },
  ]),
  'pax 0.0': archiveOf([
    paxEntry({ 'GNU.sparse.size': '2000', 'GNU.sparse.offset': '1000', 'GNU.sparse.numbytes': '512' }),
    { name: 's', body: sparseBody },
  ]),
  'pax 1.0': archiveOf([
    paxEntry({ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': '2000', 'GNU.sparse.name': 's' }),
    { name: 'x', body: `${'1\n1000\n512\n'.padEnd(512, '\0')}${sparseBody}` },
  ]),
};
for (const [name, archive] of Object.entries(sparseArchives)) {
  test(`a sparse file: ${name}`, () => {
    const after = Buffer.concat([
      archive.subarray(0, name === 'old GNU' ? archive.length : archive.length - 1024),
      archiveOf([{ name: 'after' }]),
    ]);
    for (const pieceBytes of [after.length, 100]) {
      const { entries } = read(after, pieceBytes);
      assert.deepEqual([entries[0]?.name, entries[0]?.sizeBytes, entries[0]?.body], ['s', 2000, expected]);
      assert.equal(entries[1]?.name, 'after');
    }
  });
}

test('holes of a terabyte do not become zeros', () => {
  const archive = archiveOf([
    paxEntry({ 'GNU.sparse.size': String(2 ** 40), 'GNU.sparse.map': '1000,3' }),
    { name: 's', body: 'one' },
    { name: 'after' },
  ]);
  const { entries } = read(archive);
  assert.deepEqual(
    entries.map(({ name, isTooSparse, body }) => [name, isTooSparse, body]),
    [
      ['s', true, ''],
      ['after', false, ''],
    ],
  );
});

const damaged: Record<string, Buffer> = {
  'no archive': Buffer.from('<html>'.padEnd(1024, 'x')),
  'a wrong checksum': Buffer.from(archiveOf([{ name: 'a' }])).fill('b', 0, 1),
  'an end in the middle of a file': archiveOf([{ name: 'a', body: 'x'.repeat(1000) }]).subarray(0, 900),
  'an end in the middle of a header': archiveOf([{ name: 'a' }]).subarray(0, 300),
  'a size beyond all': entryBlocks({ name: 'a' }, (block) => block.fill(0xff, 124, 136).writeUInt8(0x80, 124)),
  'an extended header of 2 MiB': headerBlock({ name: 'a', type: 'x', size: 2 * 1024 * 1024 }),
  'an extended header that is none': archiveOf([{ name: 'a', type: 'x', body: 'abc' }]),
  'a negative size': archiveOf([paxEntry({ size: '-5' }), { name: 'a' }]),
  'a sparse map that overlaps': archiveOf([paxEntry({ 'GNU.sparse.size': '9', 'GNU.sparse.map': '0,2,1,2' }), { name: 'a', body: 'abcd' }]),
  'a sparse map of other bytes': archiveOf([paxEntry({ 'GNU.sparse.size': '9', 'GNU.sparse.map': '0,2' }), { name: 'a', body: 'abcd' }]),
  'a sparse map without end': archiveOf([
    paxEntry({ 'GNU.sparse.major': '1', 'GNU.sparse.realsize': '9' }),
    { name: 'a', body: '99999\n'.padEnd(512, '1\n') },
  ]),
};
for (const [name, archive] of Object.entries(damaged)) {
  test(`refused: ${name}`, () => assert.throws(() => read(archive), ArchiveFault));
}

test('what was written is read, whatever it is and however it comes', () => {
  const names = fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8}){0,3}$/);
  const written: fc.Arbitrary<WrittenEntry> = fc.record({ name: names, body: fc.string({ maxLength: 2000, unit: 'binary-ascii' }) });
  fc.assert(
    fc.property(fc.array(written, { maxLength: 8 }), fc.integer({ min: 1, max: 3000 }), (entries, pieceBytes) => {
      const found = read(archiveOf(entries), pieceBytes).entries.map(({ name, body }) => ({ name, body }));
      assert.deepEqual(
        found,
        entries.map(({ name, body }) => ({ name, body })),
      );
    }),
  );
});

test('whatever is changed in an archive, it is read or refused', () => {
  const archive = archiveOf([
    paxEntry({ path: 'long', 'GNU.sparse.size': '2000', 'GNU.sparse.map': '1000,512' }),
    { name: 'x', body: sparseBody },
    { name: 'b', body: 'b' },
  ]);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(archive.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      fc.nat(archive.length),
      (changes, end) => {
        const changed = Buffer.from(archive.subarray(0, end));
        for (const [at, byte] of changes) changed[at % Math.max(1, end)] = byte;
        try {
          read(changed);
        } catch (error) {
          assert.ok(error instanceof ArchiveFault, String(error));
        }
      },
    ),
  );
});
