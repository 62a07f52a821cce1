import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { until } from '../../../../../test/security/until.ts';
import { githubClaims, newKey, startTokenIssuer, type TokenIssuer } from '../../../../../test/tools/token-issuer.ts';
import { ensureSelfSigned } from '../../http/tls/self-signed.ts';
import { endpointsNamedBy } from '../../outgoing/named-endpoints.ts';
import { RegistryError } from '../../registry/registry-error.ts';
import { type IssuerKeySource, keysInFile, publishedKeys } from './issuer-key-source.ts';
import { IssuerKeys } from './issuer-keys.ts';
import { IssuerTokens } from './issuer-tokens.ts';

const hour = 60 * 60 * 1000;
const audience = 'registry.example';

/** An issuer, and what takes its tokens by a clock that the test moves. */
async function bench(t: TestContext, { algorithm = 'RS256', source }: { algorithm?: string; source?: IssuerKeySource } = {}) {
  const issuer = await startTokenIssuer({ algorithm });
  t.after(() => issuer.close());
  let later = 0;
  const now = () => Date.now() + later;
  const warnings: string[] = [];
  const warn = (_: string, fields?: { error?: unknown }) => warnings.push(String(fields?.error));
  const logger = { info: assert.fail, warn, error: assert.fail };
  const keys = new IssuerKeys({
    name: 'ci',
    source: source ?? publishedKeys(issuer.issuer, [], () => ({})),
    keepMs: 24 * hour,
    elapsed: now,
    logger,
  });
  const tokens = new IssuerTokens([{ name: 'ci', issuer: issuer.issuer, audience, algorithms: [algorithm], keys }], now);
  const verify = (changes?: Parameters<TokenIssuer['token']>[2]) => {
    const shift = Math.floor(later / 1000);
    return tokens.verify(issuer.token(audience, githubClaims, { issuedAt: shift, ...changes }));
  };
  return { issuer, tokens, verify, warnings, pass: (ms: number) => (later += ms) };
}

const isAway = (error: unknown) => error instanceof RegistryError && error.status === 503 && error.headers['Retry-After'] !== undefined;

for (const algorithm of ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA']) {
  test(`tokens that are signed by ${algorithm} are taken`, async (t) => {
    const { verify } = await bench(t, { algorithm });
    const proved = await verify();
    assert.ok(proved.kind === 'proved' && proved.issuer === 'ci', JSON.stringify(proved));
    assert.equal(proved.claims['repository'], 'octo/app');
    assert.equal((await verify({ signedBy: newKey(algorithm).privateKey })).kind, 'refused');
  });
}

test('keys are asked for once by all who wait, then hourly; a token that is known asks nobody', async (t) => {
  const { issuer, verify, tokens, pass } = await bench(t);
  const token = issuer.token(audience, githubClaims);
  await Promise.all([tokens.verify(token), verify(), verify()]);
  for (let times = 0; times < 5; times += 1) await verify();
  assert.deepEqual(issuer.asked(), { configuration: 1, keys: 1 });
  pass(hour);
  assert.equal((await verify()).kind, 'proved');
  await until(() => issuer.asked().configuration === 2);
  await verify();
  assert.equal(issuer.asked().configuration, 2);
});

test('a new key is found by its id at once, but strange ids make nobody ask more often than every ten seconds', async (t) => {
  const { issuer, verify, pass } = await bench(t);
  await verify();
  pass(10_000);
  issuer.rotate();
  assert.equal((await verify()).kind, 'proved', 'it was asked for again');
  for (let times = 0; times < 5; times += 1) assert.equal((await verify({ header: { kid: `strange ${times}` } })).kind, 'refused');
  assert.equal(issuer.asked().keys, 2);
  pass(10_000);
  await verify({ header: { kid: 'strange' } });
  assert.equal(issuer.asked().keys, 3);
  assert.equal((await verify({ header: { kid: undefined } })).kind, 'proved', 'the only key needs no id');
});

test('a key that its issuer withdraws proves nothing any more, also no token that it has proved before', async (t) => {
  const { issuer, tokens, pass } = await bench(t);
  const token = issuer.token(audience, githubClaims, { expiresAt: 9 * 3600 });
  const first = await tokens.verify(token);
  assert.equal(first.kind, 'proved');
  pass(hour);
  assert.equal(await tokens.verify(token), first, 'the same keys are read again');
  await until(() => issuer.asked().keys === 2);
  assert.equal(await tokens.verify(token), first);
  issuer.rotate();
  pass(hour);
  await tokens.verify(token);
  await until(async () => (await tokens.verify(token)).kind === 'refused');
});

test('an issuer that is away lets nobody in that was not proved, and keeps out nobody whose key is known for a day', async (t) => {
  const { issuer, verify, pass, warnings } = await bench(t);
  issuer.serving = 'errors';
  await assert.rejects(verify(), isAway);
  await assert.rejects(verify(), isAway, 'at once: it was just asked');
  assert.deepEqual(issuer.asked(), { configuration: 1, keys: 0 });
  assert.match(warnings[0] ?? '', /it answered 500/);
  issuer.serving = 'well';
  pass(10_000);
  assert.equal((await verify()).kind, 'proved');
  issuer.serving = 'errors';
  pass(23 * hour);
  assert.equal((await verify()).kind, 'proved');
  pass(hour);
  await assert.rejects(verify(), isAway, 'a key that is not asked about for so long may have been withdrawn');
});

for (const [serving, reason] of [
  ['never', /no answer within 3000 ms/],
  ['endlessly', /more than 262144 bytes/],
  ['redirecting', /it answered 302/],
  ['for-another-issuer', /configuration of another issuer/],
] as const) {
  test(`an issuer that serves ${serving} is away, and the log says why`, async (t) => {
    const { issuer, verify, warnings } = await bench(t);
    issuer.serving = serving;
    await assert.rejects(verify(), isAway);
    assert.match(warnings[0] ?? '', reason);
  });
}

test('keys in a file serve a site without an issuer, and are read again when they change', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-keys-'));
  t.after(() => rm(directory, { recursive: true }));
  const file = join(directory, 'keys.json');
  const { issuer, verify, pass } = await bench(t, { source: keysInFile(file) });
  await assert.rejects(verify(), isAway, 'there is none yet');
  const { keys } = issuer.keySet();
  const useless = [{ kty: 'oct', k: 'AAAA', kid: 'secret' }, 7, { kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: 'short' }];
  await writeFile(file, JSON.stringify({ keys: [...keys, ...useless] }));
  pass(10_000);
  assert.equal((await verify()).kind, 'proved');
  for (const kid of ['secret', 'short']) assert.equal((await verify({ header: { kid } })).kind, 'refused');
  issuer.rotate();
  await writeFile(file, JSON.stringify(issuer.keySet()));
  pass(10_000);
  assert.equal((await verify()).kind, 'proved');
  await writeFile(file, '{"keys": 7}');
  pass(10_000);
  assert.equal((await verify()).kind, 'proved', 'what was read before is good for a while');
  assert.deepEqual(issuer.asked(), { configuration: 0, keys: 0 });
});

test('a key that is made for something else, or twice there, verifies nothing', async (t) => {
  const issuer = await startTokenIssuer();
  t.after(() => issuer.close());
  const [key = {}] = issuer.keySet().keys;
  const verify = async (keys: object[]) => {
    const source = { freshMs: hour, read: async () => keys as never };
    const logger = { info: assert.fail, warn: assert.fail, error: assert.fail };
    const options = { name: 'ci', source, keepMs: hour, elapsed: () => performance.now(), logger };
    const trusted = { name: 'ci', issuer: issuer.issuer, audience, algorithms: ['RS256', 'RS512'], keys: new IssuerKeys(options) };
    return (await new IssuerTokens([trusted], Date.now).verify(issuer.token(audience, githubClaims))).kind;
  };
  assert.equal(await verify([key]), 'proved');
  for (const wrong of [{ use: 'enc' }, { alg: 'RS512' }, { key_ops: ['sign'] }, { kty: 'EC' }, { kid: 'other' }]) {
    assert.equal(await verify([{ ...key, ...wrong }]), 'refused', JSON.stringify(wrong));
  }
  assert.equal(await verify([key, key]), 'refused');
});

test('an issuer that sends us to a host inside for its keys is not followed, unless an administrator allows that', async (t) => {
  const server = createServer((_, response) => {
    response.writeHead(200).end(JSON.stringify({ issuer, jwks_uri: 'https://127.0.0.2:1/keys' }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const read = (allow: readonly string[]) => publishedKeys(issuer, [], endpointsNamedBy(issuer, allow)).read();
  await assert.rejects(read([]), /'127.0.0.1' sends us to '127.0.0.2'.*outgoing\.allow/);
  await assert.rejects(read(['127.0.0.2']), /ECONNREFUSED/);
});

test('keys come over https from whom the file of authorities vouches for, and from nobody else', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-issuer-'));
  t.after(() => rm(directory, { recursive: true }));
  const { pairFile, authorityFile } = await ensureSelfSigned(directory, ['127.0.0.1'], new Date());
  const pair = await readFile(pairFile);
  const issuer = await startTokenIssuer({ tls: { cert: pair, key: pair } });
  t.after(() => issuer.close());
  assert.equal((await publishedKeys(issuer.issuer, [await readFile(authorityFile, 'utf8')], () => ({})).read()).length, 1);
  await assert.rejects(publishedKeys(issuer.issuer, [], () => ({})).read(), /certificate|self-signed/);
});
