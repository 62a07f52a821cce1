import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { parseBasicCredentials } from './basic-credentials.ts';

const encode = (text: string | Uint8Array): string => Buffer.from(text).toString('base64');
const printable = fc.string({ unit: 'binary' }).filter((text) => !/\p{Cc}|\p{Cs}/u.test(text));
const userName = printable.filter((text) => text.length >= 1 && text.length <= 255 && !text.includes(':'));

test('what was encoded is parsed: the name ends at the first colon', () => {
  fc.assert(
    fc.property(userName, printable, (name, password) => {
      assert.deepEqual(parseBasicCredentials(encode(`${name}:${password}`)), { name, password });
    }),
  );
});

test('any text gives credentials that encode to it, or nothing', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String(), fc.uint8Array().map(encode)), (text) => {
      const parsed = parseBasicCredentials(text);
      if (parsed !== undefined) assert.equal(encode(`${parsed.name}:${parsed.password}`), text);
    }),
  );
});

test('RFC 7617: the example of section 2 and the UTF-8 one of section 2.1', () => {
  assert.deepEqual(parseBasicCredentials('QWxhZGRpbjpvcGVuIHNlc2FtZQ=='), { name: 'Aladdin', password: 'open sesame' });
  assert.deepEqual(parseBasicCredentials('dGVzdDoxMjPCow=='), { name: 'test', password: '123£' });
});

for (const [why, encoded] of [
  ['nothing', ''],
  ['no colon', encode('alice')],
  ['an empty name', encode(':secret')],
  ['not base64', 'YWxpY2U6*3ZjcmV0'],
  ['base64url', encode('a:?>?>').replaceAll('+', '-').replaceAll('/', '_')],
  ['no padding', encode('a:bcd').replaceAll('=', '')],
  ['bits after the end', 'YTpiYx=='],
  ['spaces within', 'YWxpY2U6 c2VjcmV0'],
  ['not UTF-8', encode(new Uint8Array([0x61, 0x3a, 0xff, 0xfe]))],
  ['a control character in the name', encode('ali\u0000ce:secret')],
  ['a line break in the password', encode('alice:sec\r\nret')],
  ['a long name', encode(`${'a'.repeat(256)}:secret`)],
  ['a long password', encode(`alice:${'p'.repeat(13_000)}`)],
] as const) {
  test(`refused: ${why}`, () => assert.equal(parseBasicCredentials(encoded), undefined));
}

test('a byte order mark is part of the name, not dropped', () => {
  assert.equal(parseBasicCredentials(encode('\ufeffalice:secret'))?.name, '\ufeffalice');
});
