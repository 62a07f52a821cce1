import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Principal } from '../registry/ports/authorizer.ts';
import type { ForeignTokens, ProvedToken } from '../registry/ports/foreign-tokens.ts';
import { ForeignLogin } from './foreign-login.ts';
import { issuerIn } from './foreign-token-form.ts';

const from = { address: '192.0.2.1' };
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (claims: unknown, header: unknown = { alg: 'RS256' }) => `${part(header)}.${part(claims)}.c2ln`;
const somebody: Principal = { subject: { kind: 'anonymous' }, limit: undefined, credential: 'kubernetes:west' };

/** A login with one source, which knows `https://issuer.example` and proves whatever it is shown. */
function bench(principal?: Principal) {
  const calls: unknown[] = [];
  const source: ForeignTokens = {
    names: ['ci'],
    knows: (iss) => iss === 'https://issuer.example',
    verify: async (token) => {
      calls.push(['verify', token]);
      return { kind: 'proved', issuer: 'ci', claims: {}, until: 1, ...(principal && { principal }) };
    },
  };
  const robots = {
    login: async (proved: ProvedToken, _: object, userName: string | undefined) => {
      calls.push(['robots', proved.issuer, userName]);
      return { kind: 'refused', reason: 'token-invalid', detail: 'no trust of a robot matches' } as const;
    },
  };
  const logger = { info: (_: string, fields?: object) => calls.push(fields), warn: assert.fail, error: assert.fail };
  return { calls, login: new ForeignLogin({ sources: [source], robots, logger, issuer: 'longshore' }) };
}

test('only text of the form of a token with another issuer than us is looked at here', async () => {
  const { calls, login } = bench();
  for (const text of [
    'hunter2',
    'a.b.c',
    jwt({ iss: 'longshore' }),
    jwt({ sub: 'x' }),
    jwt({ iss: 7 }),
    jwt({ iss: '' }),
    `${jwt({})}.d`,
  ]) {
    assert.equal(await login.login(text, from, undefined), undefined, text);
  }
  assert.deepEqual(calls, []);
});

test('a token goes to whoever knows the issuer that it names, and to nobody else', async () => {
  const { calls, login } = bench();
  const other = await login.login(jwt({ iss: 'https://issuer.example/' }), from, undefined);
  assert.deepEqual(other, { kind: 'refused', reason: 'token-invalid', detail: 'its issuer is not configured here' });
  assert.deepEqual(calls, [{ reason: 'token-invalid', detail: 'its issuer is not configured here', address: '192.0.2.1' }]);
});

test('whose token was proved a moment ago is looked up anew each time', () => {
  const proved = { kind: 'proved', issuer: 'ci', claims: {}, until: 1, principal: somebody } as const;
  const source: ForeignTokens = { names: ['ci'], knows: () => true, verify: async () => proved, proved: () => proved };
  const login = new ForeignLogin({ sources: [source], robots: { login: assert.fail }, logger: console, issuer: 'longshore' });
  assert.deepEqual(login.loginKnown('any'), { kind: 'principal', principal: somebody });
});

test('the user name of a robot asks for that robot; any other name, and none, for whom the token stands', async () => {
  const token = jwt({ iss: 'https://issuer.example' });
  const pod = bench(somebody);
  assert.deepEqual(await pod.login.login(token, from, 'x'), { kind: 'principal', principal: somebody });
  assert.deepEqual(await pod.login.login(token, from, undefined), { kind: 'principal', principal: somebody });
  await pod.login.login(token, from, 'robot+team+ci');
  assert.deepEqual(pod.calls[3], ['robots', 'ci', 'robot+team+ci']);
  const pipeline = bench();
  await pipeline.login.login(token, from, 'x');
  assert.deepEqual(pipeline.calls[1], ['robots', 'ci', undefined]);
});

test('any text has an issuer or none; what is too long has none', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json().map((text) => `${part({ alg: 'x' })}.${Buffer.from(text).toString('base64url')}.x`),
      ),
      (text) => {
        assert.ok(['string', 'undefined'].includes(typeof issuerIn(text)));
      },
    ),
  );
  assert.equal(issuerIn(jwt({ iss: 'a', pad: 'p'.repeat(16 * 1024) })), undefined);
  assert.equal(issuerIn(jwt({ iss: 'a'.repeat(1025) })), undefined);
  assert.equal(issuerIn(jwt({ iss: 'a' })), 'a');
});
