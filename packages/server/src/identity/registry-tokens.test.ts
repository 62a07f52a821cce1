import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import test from 'node:test';
import type { JWTPayload } from 'jose';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { anonymous } from '../registry/ports/authorizer.ts';
import { RegistryError } from '../registry/registry-error.ts';
import { BoundClusterTokens } from './bound-cluster-token.ts';
import { RegistryTokens } from './registry-tokens.ts';
import { createSecretBox } from './secret-box.ts';
import type { TokenBench } from './token-bench.ts';
import { createTokenBench, foreignKey, issuer, principalOf, scopesOf, service } from './token-bench.ts';

const address = '192.0.2.1';
const invalid = { kind: 'refused', reason: 'token-invalid' };
const expired = { kind: 'refused', reason: 'token-expired' };

async function issueFor({ tokens, alice }: TokenBench, scope: string): Promise<string> {
  return (await tokens.issue({ principal: principalOf(alice), scopes: scopesOf(scope), address })).token;
}

test('a token holds what protocol and security ask for, and no name', async () => {
  const bench = await createTokenBench();
  bench.allowed.add('pull team/app').add('push team/app');
  const answer = await bench.tokens.issue({
    principal: principalOf(bench.alice),
    scopes: scopesOf('repository:team/app:pull,push'),
    address,
  });
  assert.equal(answer.expiresInSeconds, 300);
  assert.equal(Date.parse(answer.issuedAt), bench.clock.now);
  assert.deepEqual(decodeProtectedHeader(answer.token), {
    alg: 'EdDSA',
    typ: 'longshore-registry+jwt',
    kid: (await bench.keys.signingKey()).id,
  });
  const { jti, ...claims } = decodeJwt(answer.token);
  const at = bench.clock.now / 1000;
  const access = [{ type: 'repository', name: 'team/app', actions: ['pull', 'push'] }];
  assert.deepEqual(claims, { iss: issuer, aud: service, sub: `user:${bench.alice.id}`, ver: 1, access, iat: at, nbf: at, exp: at + 300 });
  assert.match(jti ?? '', /^[0-9a-f-]{36}$/);
});

/** What it proves, it proves for as long as a token does that is issued now. */
function lastsFor(now: number) {
  return { until: (Math.floor(now / 1000) + 300) * 1000, elapsed: Infinity };
}

test('it stands for its user, limited to what it lists', async () => {
  const bench = await createTokenBench();
  bench.allowed.add('pull team/app').add('push team/app').add('list registry');
  const answer = await bench.tokens.verify(await issueFor(bench, 'repository:team/app:pull,push registry:catalog:*'));
  const limit = [
    { repository: 'team/app', actions: ['pull', 'push', 'update'] },
    { repository: '*', actions: ['list'] },
  ];
  const lasts = lastsFor(bench.clock.now);
  assert.deepEqual(answer, { kind: 'principal', principal: { ...principalOf(bench.alice), credential: 'registry-token', limit }, lasts });
});

test('a partly granted scope is not an error, and neither is none', async () => {
  const bench = await createTokenBench();
  bench.allowed.add('pull team/app');
  const partly = await bench.tokens.verify(await issueFor(bench, 'repository:team/app:pull,push repository:other/app:pull'));
  assert.ok(partly.kind === 'principal');
  assert.deepEqual(partly.principal.limit, [{ repository: 'team/app', actions: ['pull'] }]);
  const empty = await bench.tokens.verify(await issueFor(bench, ''));
  assert.ok(empty.kind === 'principal');
  assert.deepEqual(empty.principal.limit, [], 'which is a limit to nothing, not no limit');
});

test('an anonymous token is anonymous and limited', async () => {
  const bench = await createTokenBench();
  bench.allowed.add('pull team/app');
  const { token } = await bench.tokens.issue({ principal: anonymous, scopes: scopesOf('repository:team/app:pull'), address });
  const limit = [{ repository: 'team/app', actions: ['pull'] }];
  assert.deepEqual(await bench.tokens.verify(token), {
    kind: 'principal',
    principal: { ...anonymous, credential: 'registry-token', limit },
    lasts: lastsFor(bench.clock.now),
  });
  assert.equal(decodeJwt(token).sub, 'anonymous');
});

for (const [where, options, goodSeconds] of [
  ['on one host when it says so', {}, 300],
  ['of replicas up to five minutes later, for clocks that differ', { areClocksApart: true }, 600],
  ['of replicas after twice its life at most', { areClocksApart: true, lifetimeSeconds: 60 }, 120],
  ['of replicas that live long five minutes later', { areClocksApart: true, lifetimeSeconds: 3600 }, 3900],
] as const) {
  test(`a token expires ${where}, remembered or not`, async () => {
    const bench = await createTokenBench(options);
    const [used, unused] = [await issueFor(bench, ''), await issueFor(bench, '')];
    bench.clock.now += goodSeconds * 1000 - 1000;
    assert.equal((await bench.tokens.verify(used)).kind, 'principal');
    bench.clock.now += 1000;
    assert.deepEqual(await bench.tokens.verify(used), expired);
    assert.deepEqual(await bench.tokens.verify(unused), expired);
  });
}

test('tokens of a replica whose clock is up to five minutes ahead are good', async () => {
  const bench = await createTokenBench();
  bench.clock.now += 300_000;
  const token = await issueFor(bench, '');
  bench.clock.now -= 300_000;
  assert.equal((await bench.tokens.verify(token)).kind, 'principal');
  bench.clock.now -= 1000;
  assert.deepEqual(await bench.tokens.verify(await issueAhead(bench, 301_000)), invalid);
});

async function issueAhead(bench: TokenBench, aheadMs: number): Promise<string> {
  bench.clock.now += aheadMs;
  const token = await issueFor(bench, '');
  bench.clock.now -= aheadMs;
  return token;
}

test('the forged tokens below would be good if nothing were wrong with them', async () => {
  const { tokens, forge, alice, clock } = await createTokenBench();
  assert.deepEqual(await tokens.verify(await forge({})), {
    kind: 'principal',
    principal: { ...principalOf(alice), credential: 'registry-token', limit: [] },
    lasts: lastsFor(clock.now),
  });
});

for (const claim of ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'access', 'ver']) {
  test(`harbor#23270: a token without ${claim} is refused, not a crash`, async () => {
    const { tokens, forge } = await createTokenBench();
    assert.deepEqual(await tokens.verify(await forge({ claims: { [claim]: undefined } })), invalid);
  });
}

for (const [what, claims] of [
  ['foreign issuer', { iss: 'elsewhere' }],
  ['CVE-2026-123710: foreign audience', { aud: 'other.example' }],
  ['CVE-2026-123710: foreign audience beside ours', { aud: [service, 'other.example'] }],
  ['audience as a list', { aud: [service] }],
  ['audience of refresh tokens', { aud: `${service}#refresh` }],
  ['subject of another form', { sub: 'alice' }],
  ['subject that is no id', { sub: 'user:01' }],
  ['subject that is no safe number', { sub: 'user:9999999999999999' }],
  ['empty id', { jti: '' }],
  ['version as text', { ver: '1' }],
  ['issued in the future', { iat: 1_700_000_301, exp: 1_700_000_601 }],
  ['expired before it was issued', { exp: 1_699_999_990, iat: 1_700_000_000 }],
  ['access that is no list', { access: { type: 'repository' } }],
  ['access without actions', { access: [{ type: 'repository', name: 'team/app' }] }],
  ['access of a strange type', { access: [{ type: 'everything', name: 'team/app', actions: ['pull'] }] }],
  ['access to a null', { access: [null] }],
] as const) {
  test(`refused claims: ${what}`, async () => {
    const { tokens, forge } = await createTokenBench();
    assert.deepEqual(await tokens.verify(await forge({ claims: claims as JWTPayload })), invalid);
  });
}

test("CVE-2025-24976: a key from the token's own header is never used", async () => {
  const { tokens, forge, keys } = await createTokenBench();
  const foreign = foreignKey();
  const jwk = { ...foreign.publicKey.export({ format: 'jwk' }), kid: (await keys.signingKey()).id };
  assert.deepEqual(await tokens.verify(await forge({ header: { jwk }, key: foreign.privateKey })), invalid);
  assert.deepEqual(await tokens.verify(await forge({ key: foreign.privateKey })), invalid, 'our kid, their key');
  assert.deepEqual(await tokens.verify(await forge({ header: { kid: 'theirs' }, key: foreign.privateKey })), invalid);
  assert.deepEqual(await tokens.verify(await forge({ header: { kid: undefined } })), invalid, 'no kid');
});

for (const header of [
  { jwk: {} },
  { jku: 'https://example.org/keys' },
  { x5u: 'https://example.org/c' },
  { x5c: ['MIIB'] },
  { x5t: 'a' },
  { cty: 'JWT' },
]) {
  test(`a header with ${Object.keys(header)[0]} is refused even when we signed it`, async () => {
    const { tokens, forge } = await createTokenBench();
    assert.deepEqual(await tokens.verify(await forge({ header })), invalid);
  });
}

test('none algorithm, and every other than EdDSA', async () => {
  const { tokens, forge, keys } = await createTokenBench();
  const good = await forge({});
  const [, payload = '', signature = ''] = good.split('.');
  const { id: kid } = await keys.signingKey();
  for (const alg of ['none', 'None', 'HS256', 'ES256', 'Ed25519', undefined]) {
    const header = Buffer.from(JSON.stringify({ alg, typ: 'longshore-registry+jwt', kid })).toString('base64url');
    assert.deepEqual(await tokens.verify(`${header}.${payload}.`), invalid, alg);
    assert.deepEqual(await tokens.verify(`${header}.${payload}.${signature}`), invalid, alg);
  }
  const publicKey = (await keys.verificationKey(kid))?.export({ format: 'der', type: 'spki' }) ?? new Uint8Array();
  const hmac = new SignJWT({}).setProtectedHeader({ alg: 'HS256', typ: 'longshore-registry+jwt', kid });
  assert.deepEqual(await tokens.verify(await hmac.sign(publicKey)), invalid, 'the public key as a shared secret');
});

for (const typ of ['longshore-refresh+jwt', 'JWT', 'application/longshore-registry+jwt', 'LONGSHORE-REGISTRY+JWT', undefined]) {
  test(`a token of type ${typ} is refused at the registry`, async () => {
    const { tokens, forge } = await createTokenBench();
    assert.deepEqual(await tokens.verify(await forge({ header: { typ } })), invalid);
  });
}

test('changed tokens and other text are refused', async () => {
  const bench = await createTokenBench();
  bench.allowed.add('pull team/app');
  const token = await issueFor(bench, 'repository:team/app:pull');
  const [header = '', payload = '', signature = ''] = token.split('.');
  const claims = { ...decodeJwt(token), access: [{ type: 'repository', name: 'team/secret', actions: ['pull'] }] };
  const wider = Buffer.from(JSON.stringify(claims)).toString('base64url');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const otherKind = await new SignJWT({}).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);
  const texts = [
    `${header}.${wider}.${signature}`,
    `${header}.${payload}`,
    `${token}.`,
    '',
    '...',
    'a.b.c',
    'é',
    'x'.repeat(100_000),
    otherKind,
    `lsp_${'A'.repeat(43)}`,
  ];
  for (const text of texts) assert.deepEqual(await bench.tokens.verify(text), invalid, text.slice(0, 30));
});

test('a token ends with its user: disabled, password changed, deleted', async () => {
  for (const end of ['disable', 'change', 'delete'] as const) {
    const bench = await createTokenBench();
    const { accounts, alice, clock, tokens } = bench;
    const token = await issueFor(bench, '');
    assert.equal((await tokens.verify(token)).kind, 'principal');
    if (end === 'delete') await accounts.deleteUser({ id: alice.id });
    else await accounts.updateUser({ id: alice.id, at: clock.now, ...(end === 'disable' ? { disabled: true } : { passwordHash: 'x' }) });
    assert.deepEqual(await tokens.verify(token), invalid, end);
  }
});

test('harbor#22900: token of a deleted and re-created user', async () => {
  const bench = await createTokenBench();
  const token = await issueFor(bench, '');
  await bench.accounts.deleteUser({ id: bench.alice.id });
  await bench.accounts.createUser({ name: 'alice', passwordHash: undefined, administrator: true, at: bench.clock.now });
  assert.deepEqual(await bench.tokens.verify(token), invalid);
});

test('a password changed while a token is made is not good for one', async () => {
  const { accounts, alice, clock, tokens } = await createTokenBench();
  const proved = principalOf(alice);
  await accounts.updateUser({ id: alice.id, passwordHash: 'x', at: clock.now });
  const { token } = await tokens.issue({ principal: proved, scopes: [], address });
  assert.deepEqual(await tokens.verify(token), invalid);
});

test('a user whose version was not proved gets no token', async () => {
  const { alice, tokens } = await createTokenBench();
  const { subject, limit } = principalOf(alice);
  await assert.rejects(tokens.issue({ principal: { subject, limit, credential: 'password' }, scopes: [], address }), TypeError);
});

test('verified tokens are remembered, but the user is read each time', async () => {
  const bench = await createTokenBench();
  const token = await issueFor(bench, '');
  await bench.tokens.verify(token);
  const before = bench.userReads();
  const [key] = await bench.accounts.listSigningKeys();
  assert.ok(key !== undefined);
  // Long after the key is gone only memory can say that the signature was good.
  await bench.accounts.deleteExpiredSigningKeys({ at: Number.MAX_SAFE_INTEGER });
  bench.clock.now += 120_000;
  assert.equal((await bench.tokens.verify(token)).kind, 'principal');
  assert.equal(bench.userReads(), before + 1);
});

test('a token that nobody would take is not given out: a long one of a cluster goes along', async () => {
  const { accounts, keys, clock } = await createTokenBench();
  const box = createSecretBox(randomBytes(32), 'test');
  const decision = { allow: true, reason: 'test', roles: [] } as const;
  const tokens = new RegistryTokens({
    ...{ accounts, keys, issuer, service, now: () => clock.now, areClocksApart: false },
    robots: { find: async () => assert.fail() },
    clusterTokens: new BoundClusterTokens({ box, verifyAgain: async () => undefined }),
    authorizer: { decide: async () => decision } as never,
  });
  const subject = { kind: 'kubernetes', cluster: 'west', name: 'somebody', uid: '', groups: [], extra: {} } as const;
  const issue = (length: number, repositories: number) => {
    const proof = { clusterToken: 'x'.repeat(length), expiresAt: clock.now + 300_000 };
    const names = Array.from({ length: repositories }, (_, index) => `repository:team/a-name-of-some-length-${index}:pull`);
    const principal = { subject, limit: undefined, credential: 'kubernetes:west', proof };
    return tokens.issue({ principal, scopes: scopesOf(names.join(' ')), address });
  };
  assert.ok((await issue(4096, 1)).token.length <= 8192);
  assert.ok((await issue(1200, 30)).token.length <= 8192);
  await assert.rejects(
    issue(4096, 30),
    (error) => error instanceof RegistryError && error.status === 400 && /fewer repositories/.test(error.message),
  );
});

test('lifetimes below 60 seconds are refused', async () => {
  const { accounts, keys } = await createTokenBench();
  const authorizer = { decide: () => assert.fail(), visible: () => assert.fail() };
  const options = {
    accounts,
    robots: { find: () => assert.fail() },
    authorizer,
    keys,
    issuer,
    service,
    now: () => 0,
    areClocksApart: false,
  };
  assert.throws(() => new RegistryTokens({ ...options, lifetimeSeconds: 59 }), RangeError);
});
