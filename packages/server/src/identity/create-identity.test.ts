import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { addUser } from './accounts.ts';
import type { Identity } from './create-identity.ts';
import { createIdentity } from './create-identity.ts';
import type { MemoryAccountStore } from './memory-account-store.ts';
import { createMemoryAccountStore } from './memory-account-store.ts';
import { createMemoryRobotLogins } from './memory-robot-logins.ts';
import { principalOf, scopesOf } from './token-bench.ts';

const from = { address: '192.0.2.1' };
const refused = { kind: 'refused', reason: 'credentials' };

function identityOver(accounts: MemoryAccountStore, secretKey: Uint8Array): Identity {
  return createIdentity({
    accounts,
    robots: createMemoryRobotLogins(),
    authorizer: { decide: async () => ({ allow: true, reason: 'test', roles: [] }), visible: async () => ({ kind: 'everything' }) },
    secondFactor: 'optional',
    secretKey,
    issuer: 'longshore',
    service: 'registry.example',
    areClocksApart: false,
    lifetimeSeconds: 120,
    now: () => 1_700_000_000_000,
    report: (message) => assert.fail(message),
    refused: () => undefined,
  });
}

function basic(name: string, password: string): string {
  return Buffer.from(`${name}:${password}`).toString('base64');
}

test('a password gives a token, and the token is good at every replica', async () => {
  const accounts = createMemoryAccountStore();
  const secretKey = randomBytes(32);
  const [one, two] = [identityOver(accounts, secretKey), identityOver(accounts, secretKey)];
  await one.maintainKeys();
  const { user } = await addUser(accounts, { name: 'alice', password: 'correct horse', now: 0 });
  const proved = await one.authenticator.authenticate(`Basic ${basic('alice', 'correct horse')}`, from);
  assert.deepEqual(proved, { kind: 'principal', principal: principalOf(user) });
  const scopes = scopesOf('repository:alice/app:pull');
  const { token, expiresInSeconds } = await one.tokens.issue({ principal: principalOf(user), scopes, account: 'alice', ...from });
  assert.equal(expiresInSeconds, 120);
  const limit = [{ repository: 'alice/app', actions: ['pull'] }];
  const again = await two.authenticator.authenticate(`Bearer ${token}`, from);
  assert.ok(again.kind === 'principal');
  assert.deepEqual(again.principal, { ...principalOf(user), credential: 'registry-token', limit });
  assert.deepEqual(await one.tokens.jwks(), await two.tokens.jwks());
  assert.equal(one.service, 'registry.example');
});

test('no header is anonymous; every header that is not understood is refused', async () => {
  const accounts = createMemoryAccountStore();
  const { authenticator } = identityOver(accounts, randomBytes(32));
  await addUser(accounts, { name: 'alice', password: 'correct horse', now: 0 });
  assert.deepEqual(await authenticator.authenticate(undefined, from), { kind: 'anonymous' });
  const good = basic('alice', 'correct horse');
  for (const header of [
    '',
    'Basic',
    'Basic ',
    good,
    `Digest ${good}`,
    `Basic ${good} more`,
    `Basic\t${good}`,
    ` Basic ${good}`,
    'Basic Og==',
  ]) {
    assert.deepEqual(await authenticator.authenticate(header, from), refused, header);
  }
  for (const header of [`basic ${good}`, `BASIC   ${good}`, `Basic ${good} `]) {
    assert.equal((await authenticator.authenticate(header, from)).kind, 'principal', header);
  }
  assert.deepEqual(await authenticator.authenticate('bearer x', from), { kind: 'refused', reason: 'token-invalid' });
});
