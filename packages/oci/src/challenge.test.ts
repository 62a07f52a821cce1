import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatBearerChallenge, parseChallenge, parseChallenges } from './challenge.ts';
import { isLinear } from './testing/linear-time.ts';

test('what a registry sends', () => {
  const challenge = { realm: 'https://r.example/token', service: 'r.example', scope: 'repository:a:pull,push', error: 'invalid_token' };
  assert.equal(
    formatBearerChallenge(challenge),
    'Bearer realm="https://r.example/token",service="r.example",scope="repository:a:pull,push",error="invalid_token"',
  );
  assert.equal(formatBearerChallenge({ realm: 'r', service: 's', scope: '' }), 'Bearer realm="r",service="s"');
});

test('any challenge survives the way to text and back', () => {
  const text = fc.string({ unit: fc.constantFrom(...'abc:/,=" \\;') });
  fc.assert(
    fc.property(text, text, text, (realm, service, scope) => {
      const params = { realm, service, ...(scope === '' ? {} : { scope }) };
      assert.deepEqual(parseChallenge(formatBearerChallenge({ realm, service, scope })), { scheme: 'bearer', params });
    }),
  );
});

test('several challenges in one header, in any case and order', () => {
  assert.deepEqual(parseChallenges('Basic realm="a, b", charset=utf-8, BEARER Realm = "x",service=y, Negotiate'), [
    { scheme: 'basic', params: { realm: 'a, b', charset: 'utf-8' } },
    { scheme: 'bearer', params: { realm: 'x', service: 'y' } },
    { scheme: 'negotiate', params: {} },
  ]);
  assert.deepEqual(parseChallenges(undefined), []);
  assert.equal(parseChallenge(''), undefined);
  assert.equal(parseChallenge('realm="x"'), undefined);
  assert.equal(parseChallenge('Bearer realm="a",realm="b"')?.params['realm'], 'a');
});

test('a realm cannot add lines to the answer', () => {
  assert.match(formatBearerChallenge({ realm: 'a\r\nSet-Cookie: b', service: '\0' }), /^[\x20-\x7e]*$/);
});

test('arbitrary text never throws, and a megabyte takes linear time', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'Bearer=", \\\0é') }), (text) => void parseChallenges(text)));
  for (const piece of ['a', ' ', '"', ',', '=', 'a=b,', 'a b=c,', '\\', ' ='])
    assert.ok(
      isLinear((text) => void parseChallenges(text), piece),
      piece,
    );
});
