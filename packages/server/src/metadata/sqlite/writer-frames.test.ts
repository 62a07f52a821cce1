import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FrameReader, toFrame } from './writer-frames.ts';

const fields = { id: fc.nat(), bytes: fc.uint8Array({ maxLength: 300 }), text: fc.string(), none: fc.constant(undefined) };
const message = fc.array(fc.record(fields, { noNullPrototype: true }));

test('messages arrive whole and in order, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (sent, cuts) => {
      const bytes = Buffer.concat(sent.map((each) => toFrame(each)));
      const received: unknown[] = [];
      const reader = new FrameReader((each) => received.push(each));
      for (let at = 0, turn = 0; at < bytes.byteLength; turn += 1) {
        const length = cuts[turn % cuts.length] ?? 1;
        reader.push(bytes.subarray(at, at + length));
        at += length;
      }
      assert.deepEqual(received, sent);
    }),
  );
});
