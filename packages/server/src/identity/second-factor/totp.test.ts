import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base32, codeOf, otpauthUri, stepAt, stepOfCode } from './totp.ts';

const secret = new TextEncoder().encode('12345678901234567890');

test('codes are those of RFC 4226, appendix D', () => {
  const expected = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'];
  assert.deepEqual(
    expected.map((_, step) => codeOf(secret, step)),
    expected,
  );
});

test('codes at instants are the last six digits of those of RFC 6238, appendix B', () => {
  const rows: [number, string][] = [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ];
  for (const [seconds, code] of rows) assert.equal(codeOf(secret, stepAt(seconds * 1000)), code.slice(2));
});

test('a code is good for its step and the ones beside it', () => {
  const at = 1_000_000_000_000;
  const now = stepAt(at);
  const found = [-2, -1, 0, 1, 2].map((off) => stepOfCode(secret, codeOf(secret, now + off), at));
  assert.deepEqual(found, [undefined, now - 1, now, now + 1, undefined]);
  for (const wrong of ['', '12345', '1234567', 'abcdef', '١٢٣٤٥٦']) assert.equal(stepOfCode(secret, wrong, at), undefined);
});

test('secrets are written as apps read them', () => {
  const vectors = ['', 'MY', 'MZXQ', 'MZXW6', 'MZXW6YQ', 'MZXW6YTB', 'MZXW6YTBOI'];
  assert.deepEqual(
    vectors.map((_, length) => base32(new TextEncoder().encode('foobar'.slice(0, length)))),
    vectors,
    'RFC 4648, section 10',
  );
  const uri = new URL(otpauthUri(secret, 'my registry:5000', 'alice'));
  assert.equal(uri.pathname, '/my%20registry%3A5000:alice');
  assert.equal(uri.searchParams.get('secret'), 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
});
