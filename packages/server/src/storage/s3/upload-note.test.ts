import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { leastPartBytes, mostParts, partBytes } from './part-size.ts';
import { emptyNote, noteBytes, readNote, tailBytes, type UploadNote, writeNote } from './upload-note.ts';

const tail = fc.oneof(
  fc.constant(undefined),
  fc.uint8Array({ maxLength: 100 }).map((bytes) => ({ inline: Buffer.from(bytes).toString('base64') })),
  fc.record({ key: fc.string(), bytes: fc.nat() }),
);
const multipart = fc.record({ uploadId: fc.string(), key: fc.string(), startedAt: fc.nat() });
const parts = fc.oneof(
  fc.record({ multipart, etags: fc.array(fc.string(), { minLength: 1, maxLength: 5 }), partsBytes: fc.nat() }),
  fc.constant({ multipart: undefined, etags: [] as string[], partsBytes: 0 }),
);

test('a note says after the row what it said before', () => {
  fc.assert(
    fc.property(parts, tail, (start, end) => {
      const note: UploadNote = { ...start, tail: end };
      const read = readNote(writeNote(note));
      assert.deepEqual(JSON.parse(JSON.stringify(read)), JSON.parse(JSON.stringify(note)));
      assert.equal(noteBytes(read), noteBytes(note));
    }),
  );
  assert.deepEqual(readNote(undefined), emptyNote);
});

test('an inline tail counts its bytes, not its characters', () => {
  for (const size of [0, 1, 2, 3, 4, 1000]) assert.equal(tailBytes({ inline: Buffer.alloc(size, 7).toString('base64') }), size);
});

test('what is not a note is a storage error, whatever it is', () => {
  const strange = [
    '',
    '1',
    'null',
    '[]',
    '{}',
    '{"etags":[],"partsBytes":-1}',
    '{"etags":["a"],"partsBytes":1}',
    '{"etags":[1],"partsBytes":1}',
  ];
  strange.push('{"etags":[],"partsBytes":0,"tail":{}}', '{"etags":[],"partsBytes":0,"multipart":{"uploadId":"a","key":"b","startedAt":1}}');
  for (const text of strange) assert.throws(() => readNote(text), StorageError, text);
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      try {
        readNote(text);
      } catch (error) {
        assert.ok(error instanceof StorageError);
      }
    }),
  );
});

test('10,000 parts hold 900 GiB, and half of that when every one is a checkpoint; none is shorter than S3 allows', () => {
  const mebibyte = 1024 * 1024;
  let whole = 0;
  let checkpointed = 0;
  for (let number = 1; number <= mostParts; number += 1) {
    assert.ok(leastPartBytes(number) >= 5 * mebibyte && leastPartBytes(number) <= partBytes(number));
    whole += partBytes(number);
    checkpointed += leastPartBytes(number);
  }
  assert.ok(whole >= 900 * 1024 * mebibyte);
  assert.ok(checkpointed >= 450 * 1024 * mebibyte);
});
