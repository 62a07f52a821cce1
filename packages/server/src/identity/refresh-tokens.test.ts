import assert from 'node:assert/strict';
import test from 'node:test';
import { decodeJwt } from 'jose';
import type { Authentication } from '../registry/ports/authenticator.ts';
import { anonymous } from '../registry/ports/authorizer.ts';
import { createAccessToken } from './accounts.ts';
import type { TokenBench } from './token-bench.ts';
import { createTokenBench, principalOf, service } from './token-bench.ts';

const dayMs = 24 * 60 * 60_000;
const invalid = { kind: 'refused', reason: 'token-invalid' };

async function issueFor({ tokens, alice }: TokenBench, accessTokenId?: number): Promise<string> {
  const principal = principalOf(alice);
  const proof = { userVersion: alice.version, ...(accessTokenId === undefined ? {} : { accessTokenId }) };
  const token = await tokens.issueRefreshToken({ ...principal, proof });
  assert.ok(token !== undefined);
  return token;
}

test('a refresh token stands for its user for 90 days', async () => {
  const bench = await createTokenBench();
  const token = await issueFor(bench);
  const expected: Authentication = { kind: 'principal', principal: { ...principalOf(bench.alice), credential: 'refresh-token' } };
  assert.deepEqual(await bench.tokens.redeemRefreshToken(token), expected);
  bench.clock.now += 90 * dayMs - 1000;
  assert.deepEqual(await bench.tokens.redeemRefreshToken(token), expected);
  bench.clock.now += 1000;
  assert.deepEqual(await bench.tokens.redeemRefreshToken(token), { kind: 'refused', reason: 'token-expired' });
});

test('refresh token at the registry, and registry token at the token endpoint', async () => {
  const bench = await createTokenBench();
  const refresh = await issueFor(bench);
  const { token: registry } = await bench.tokens.issue({ principal: principalOf(bench.alice), scopes: [], address: '192.0.2.1' });
  assert.deepEqual(await bench.tokens.verify(refresh), invalid);
  assert.deepEqual(await bench.tokens.redeemRefreshToken(registry), invalid);
  assert.equal(decodeJwt(refresh).aud, `${service}#refresh`);
});

test('the type alone, or the audience alone, does not make a refresh token', async () => {
  const { forge, tokens } = await createTokenBench();
  const header = { typ: 'longshore-refresh+jwt' };
  const claims = { aud: `${service}#refresh` };
  assert.equal((await tokens.redeemRefreshToken(await forge({ header, claims }))).kind, 'principal');
  assert.deepEqual(await tokens.redeemRefreshToken(await forge({ header })), invalid);
  assert.deepEqual(await tokens.redeemRefreshToken(await forge({ claims })), invalid);
  assert.deepEqual(await tokens.redeemRefreshToken(await forge({ header, claims: { ...claims, sub: 'anonymous' } })), invalid);
  assert.deepEqual(await tokens.redeemRefreshToken(await forge({ header, claims: { ...claims, pat: '1' } })), invalid);
});

test('it ends with its user: disabled, password changed, deleted and re-created', async () => {
  for (const end of ['disable', 'change', 'recreate'] as const) {
    const bench = await createTokenBench();
    const { accounts, alice, clock, tokens } = bench;
    const token = await issueFor(bench);
    if (end === 'recreate') {
      await accounts.deleteUser({ id: alice.id });
      await accounts.createUser({ name: 'alice', passwordHash: undefined, administrator: false, at: clock.now });
    } else {
      await accounts.updateUser({ id: alice.id, at: clock.now, ...(end === 'disable' ? { disabled: true } : { passwordHash: 'x' }) });
    }
    assert.deepEqual(await tokens.redeemRefreshToken(token), invalid, end);
  }
});

test('a stolen CI token: what was got with an access token ends with it', async () => {
  const bench = await createTokenBench();
  const { accounts, alice, clock, tokens } = bench;
  const deleted = await createAccessToken(accounts, alice, { name: 'a', now: clock.now });
  const expiring = await createAccessToken(accounts, alice, { name: 'b', ttlMs: dayMs, now: clock.now });
  const [first, second] = [await issueFor(bench, deleted.id), await issueFor(bench, expiring.id)];
  for (const token of [first, second]) assert.equal((await tokens.redeemRefreshToken(token)).kind, 'principal');
  await accounts.deleteAccessToken({ id: deleted.id, userId: alice.id });
  assert.deepEqual(await tokens.redeemRefreshToken(first), invalid);
  clock.now += dayMs;
  assert.deepEqual(await tokens.redeemRefreshToken(second), invalid);
});

test('a refresh token that was got with a redeemed one is bound to the same access token', async () => {
  const bench = await createTokenBench();
  const { accounts, alice, clock, tokens } = bench;
  const { id } = await createAccessToken(accounts, alice, { name: 'a', now: clock.now });
  const redeemed = await tokens.redeemRefreshToken(await issueFor(bench, id));
  assert.ok(redeemed.kind === 'principal');
  const next = await tokens.issueRefreshToken(redeemed.principal);
  assert.ok(next !== undefined);
  await accounts.deleteAccessToken({ id, userId: alice.id });
  assert.deepEqual(await tokens.redeemRefreshToken(next), invalid);
});

test('neither the anonymous nor a limited principal gets one: it would be good for more than they are', async () => {
  const { alice, tokens } = await createTokenBench();
  assert.equal(await tokens.issueRefreshToken(anonymous), undefined);
  assert.equal(await tokens.issueRefreshToken({ ...principalOf(alice), limit: [] }), undefined);
});
