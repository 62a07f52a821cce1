import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import test from 'node:test';
import type { SigningKey } from '../registry/ports/account-store.ts';
import type { MemoryAccountStore } from './memory-account-store.ts';
import { createMemoryAccountStore } from './memory-account-store.ts';
import { SigningKeys } from './signing-keys.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

interface Bench {
  readonly accounts: MemoryAccountStore;
  readonly clock: { now: number };
  readonly reports: string[];
  readonly reads: () => number;
  readonly replica: (secretKey?: Uint8Array) => SigningKeys;
}

function bench(): Bench {
  const inner = createMemoryAccountStore();
  let reads = 0;
  const listSigningKeys = (): Promise<SigningKey[]> => {
    reads += 1;
    return inner.listSigningKeys();
  };
  const accounts = { ...inner, listSigningKeys };
  const clock = { now: 1_000_000_000_000 };
  const reports: string[] = [];
  const ownKey = randomBytes(32);
  const replica = (secretKey: Uint8Array = ownKey): SigningKeys =>
    new SigningKeys({ accounts, secretKey, now: () => clock.now, report: (message) => reports.push(message) });
  return { accounts, clock, reports, reads: () => reads, replica };
}

test('a key is made at first start, once, and shared', async () => {
  const { accounts, replica } = bench();
  const keys = replica();
  await keys.maintain();
  await keys.maintain();
  const [stored, ...others] = await accounts.listSigningKeys();
  assert.equal(others.length, 0);
  const { id, privateKey } = await keys.signingKey();
  assert.equal(id, stored?.id);
  const signature = sign(null, Buffer.from('x'), privateKey);
  const publicKey = await replica().verificationKey(id);
  assert.ok(publicKey !== undefined && verify(null, Buffer.from('x'), publicKey, signature));
});

test('many first tokens at once make one key', async () => {
  const { accounts, replica } = bench();
  const keys = replica();
  const used = await Promise.all(Array.from({ length: 10 }, () => keys.signingKey()));
  assert.equal(new Set(used.map(({ id }) => id)).size, 1);
  assert.equal((await accounts.listSigningKeys()).length, 1);
});

test('the private part is stored sealed only', async () => {
  const { accounts, replica } = bench();
  const keys = replica();
  const { privateKey } = await keys.signingKey();
  const row = JSON.stringify(await accounts.listSigningKeys());
  const { d } = privateKey.export({ format: 'jwk' });
  assert.ok(d !== undefined && !row.includes(d) && !row.includes('PRIVATE'));
  assert.equal(JSON.stringify(await keys.jwks()).includes('"d"'), false);
});

test('a key signs for 30 days; its successor appears two days before and settles before it signs', async () => {
  const { clock, replica } = bench();
  const keys = replica();
  await keys.maintain();
  const first = (await keys.signingKey()).id;
  clock.now += 27 * dayMs;
  await keys.maintain();
  assert.equal((await keys.jwks()).keys.length, 1);
  clock.now += 1.5 * dayMs;
  await keys.maintain();
  assert.equal((await keys.jwks()).keys.length, 2);
  assert.equal((await keys.signingKey()).id, first, 'the new one is published, not used yet');
  clock.now += 5 * minuteMs;
  const second = (await keys.signingKey()).id;
  assert.notEqual(second, first);
  clock.now += 10 * dayMs;
  assert.equal((await keys.signingKey()).id, second);
  assert.ok((await keys.verificationKey(first)) !== undefined, 'the old one still verifies');
});

test('a key verifies until it expires, 91 days after it signed last, and is then forgotten', async () => {
  const { accounts, clock, replica } = bench();
  const keys = replica();
  await keys.maintain();
  const { id } = await keys.signingKey();
  clock.now += 121 * dayMs - 1;
  assert.ok((await keys.verificationKey(id)) !== undefined);
  clock.now += 1;
  assert.equal(await keys.verificationKey(id), undefined);
  assert.deepEqual(await keys.jwks(), { keys: [] });
  await keys.maintain();
  const left = await accounts.listSigningKeys();
  assert.equal(left.length, 1);
  assert.notEqual(left[0]?.id, id);
});

test('a retired key does not sign, even when nobody made a new one in time', async () => {
  const { clock, replica } = bench();
  const keys = replica();
  const first = (await keys.signingKey()).id;
  clock.now += 30 * dayMs;
  assert.notEqual((await keys.signingKey()).id, first);
});

test("a replica finds another's new key by its id", async () => {
  const { clock, replica } = bench();
  const [one, two] = [replica(), replica()];
  await one.maintain();
  await two.maintain();
  clock.now += 29 * dayMs;
  await two.jwks();
  await one.maintain();
  const published = (await one.jwks()).keys.map(({ kid }) => String(kid));
  clock.now += 5000;
  for (const kid of published) assert.ok((await two.verificationKey(kid)) !== undefined, kid);
});

test('a key that another replica has just made is found at once, however young the last read is', async () => {
  const { replica } = bench();
  const [one, two] = [replica(), replica()];
  await two.jwks();
  const { id } = await one.signingKey();
  const found = await Promise.all([two.verificationKey(id), two.verificationKey(id), two.verificationKey(id)]);
  assert.ok(found.every((key) => key !== undefined));
});

test('unknown key ids cause one read in five seconds at most', async () => {
  const { clock, reads, replica } = bench();
  const keys = replica();
  await keys.maintain();
  const before = reads();
  for (let index = 0; index < 50; index += 1) {
    assert.equal(await keys.verificationKey(`made-up-${index}`), undefined);
    clock.now += 500;
  }
  assert.ok(reads() - before <= 5, `${reads() - before} reads in 25 seconds`);
});

test('known keys are not read at each use', async () => {
  const { reads, replica } = bench();
  const keys = replica();
  const { id } = await keys.signingKey();
  const before = reads();
  for (let index = 0; index < 50; index += 1) await keys.verificationKey(id);
  assert.equal(reads(), before);
});

test('a key under another secret key is reported once and never used; a new one is made', async () => {
  const { clock, reports, replica } = bench();
  const lost = (await replica().signingKey()).id;
  const keys = replica(randomBytes(32));
  assert.notEqual((await keys.signingKey()).id, lost);
  clock.now += 10 * minuteMs;
  assert.equal(await keys.verificationKey(lost), undefined);
  assert.equal(reports.length, 1);
  assert.match(reports[0] ?? '', new RegExp(`^signing key ${lost} does not open.*need the same secrets.keyFile$`));
});

test('a public key written into the database proves nothing', async () => {
  const { accounts, replica } = bench();
  const keys = replica();
  const { id } = await keys.signingKey();
  const [row] = await accounts.listSigningKeys();
  assert.ok(row !== undefined);
  const foreign = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  await accounts.addSigningKey({ ...row, publicKey: JSON.stringify({ ...foreign, kid: id }) });
  await accounts.addSigningKey({ ...row, id: 'planted', publicKey: JSON.stringify({ ...foreign, kid: 'planted' }) });
  const reader = replica();
  const used = await reader.verificationKey(id);
  assert.notEqual(used?.export({ format: 'jwk' }).x, foreign.x);
  assert.equal(await reader.verificationKey('planted'), undefined);
});

test('the key set has what RFC 7517 and RFC 8037 ask for, and the ids are thumbprints', async () => {
  const { replica } = bench();
  const keys = replica();
  const { id, privateKey } = await keys.signingKey();
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  assert.deepEqual(await keys.jwks(), { keys: [{ kty: 'OKP', crv: 'Ed25519', x, kid: id, alg: 'EdDSA', use: 'sig' }] });
  assert.match(id, /^[A-Za-z0-9_-]{43}$/);
});
