import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MessageParser } from 'ldapts';
import { isAnswer } from './answer-form.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const entry = hex('3018 020101 6413 040163 300e 300c 0402636e 3106 040161 040162');
const reference = hex('300d 020102 7308 04066c6461703a78');
const result = '0a0100 0400 0400';
/** A page of results ends with the cookie for the next one. */
const paged = hex(
  `3039 020103 6507 ${result} a02b 3029 0416 312e322e3834302e3131333535362e312e342e333139 040f 300d 020100 0408 0102030405060708`,
);
const bound = hex(`300c 020101 6107 ${result}`);
const notice = hex(`301b 020100 7816 0a0134 0400 0400 8a0d 312e332e362e312e342e312e31`);
const good = [entry, reference, paged, bound, notice];

test('answers are what servers send, whole', () => {
  for (const answer of good) {
    assert.ok(isAnswer(answer), answer.toString('hex'));
    for (let end = 0; end < answer.length; end += 1) assert.equal(isAnswer(answer.subarray(0, end)), false);
    assert.equal(isAnswer(Buffer.concat([answer, hex('00')])), false);
  }
  for (const other of ['3003 020101', '3008 020101 6403 040178', '3009 020101 6404 0401 78 30', '300c 020101 4a07 0400040004000000'])
    assert.equal(isAnswer(hex(other)), false, other);
});

test('whatever is taken for an answer, the library reads to its end', () => {
  const changed = fc.tuple(fc.constantFrom(...good), fc.array(fc.tuple(fc.nat(63), fc.nat(255)), { maxLength: 3 }));
  fc.assert(
    fc.property(changed, ([answer, changes]) => {
      const bytes = Buffer.from(answer);
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      if (!isAnswer(bytes)) return;
      const parser = new MessageParser();
      let said = 0;
      parser.on('message', () => (said += 1));
      parser.on('error', () => (said += 1));
      parser.read(bytes, new Map());
      assert.equal(said, 1);
    }),
    { numRuns: 20_000 },
  );
});
