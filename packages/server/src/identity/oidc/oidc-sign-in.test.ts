import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, beforeEach, test } from 'node:test';
import { TestIdentityProvider } from '../../../../../test/tools/oidc-provider.ts';
import { endpointsNamedBy } from '../../outgoing/named-endpoints.ts';
import type { SignInProof } from '../../registry/ports/sign-in.ts';
import { createSecretBox } from '../secret-box.ts';
import type { OidcSettings } from './oidc-settings.ts';
import { OidcSignIn } from './oidc-sign-in.ts';

const callbackUrl = 'https://registry.test/auth/oidc/idp/callback';
const box = createSecretBox(randomBytes(32), 'test');
let idp: TestIdentityProvider;
/** How much later it is for registries than it is. */
let later = 0;

before(async () => {
  idp = await TestIdentityProvider.start([callbackUrl]);
});
after(() => idp.stop());
beforeEach(() => {
  Object.assign(idp, {
    bend: undefined,
    before: undefined,
    signature: 'right',
    claimsInToken: true,
    givesRefreshTokens: true,
    givesUserInfo: true,
  });
  idp.person = { sub: 'id-of-alice', preferred_username: 'alice', groups: ['dev', 'ops'] };
});

/** A registry that signs people in at the provider. */
function signIn(parts: Partial<OidcSettings> = {}): OidcSignIn {
  const settings: OidcSettings = {
    name: 'idp',
    title: 'Company',
    issuer: idp.issuer,
    clientId: idp.clientId,
    clientSecretFile: idp.clientSecretFile,
    authorities: async () => [await readFile(idp.authorityFile, 'utf8')],
    scopes: ['profile', 'email'],
    nameClaim: 'preferred_username',
    groupsClaim: 'groups',
    requireAuthTime: true,
    timeoutMs: 30_000,
    endpoints: endpointsNamedBy(idp.issuer, []),
    ...parts,
  };
  return new OidcSignIn({ settings, box, now: Date.now, elapsed: () => performance.now() + later });
}

/** Goes to the provider and comes back. */
async function begin(provider: OidcSignIn, { again = false, cookies = new Map<string, string>() } = {}) {
  const begun = await provider.start({ callbackUrl, again });
  assert.ok('redirect' in begun, JSON.stringify(begun));
  const url = await idp.visit(begun.redirect, cookies);
  return { redirect: new URL(begun.redirect), request: { callbackUrl, url, kept: begun.kept, address: '192.0.2.7' } };
}

async function login(provider = signIn(), how: Parameters<typeof begin>[1] = {}): Promise<SignInProof> {
  return provider.finish((await begin(provider, how)).request);
}

async function renewalOf(provider: OidcSignIn): Promise<string> {
  const proof = await login(provider);
  assert.ok(proof.kind === 'proved', JSON.stringify(proof));
  return proof.identity.renewal ?? assert.fail('no refresh token');
}

/** Asserts that the login is refused, and what the log says. */
async function refuses(says: RegExp, provider = signIn(), how: Parameters<typeof begin>[1] = {}): Promise<void> {
  const proof = await login(provider, how);
  assert.ok(proof.kind === 'refused', JSON.stringify(proof));
  assert.match(proof.detail, says);
}

test('a login says who somebody is, by the subject, with name, checked address and all groups', async () => {
  idp.person = { ...idp.person, sub: 'id-of-alice', email: 'alice@example.test', email_verified: true };
  const proof = await login();
  assert.ok(proof.kind === 'proved', JSON.stringify(proof));
  const { renewal, ...identity } = proof.identity;
  assert.deepEqual(identity, {
    provider: 'idp',
    externalId: 'id-of-alice',
    wantedName: 'alice',
    email: 'alice@example.test',
    groups: ['dev', 'ops'],
  });
  assert.match(renewal ?? '', /^v1\./, 'the refresh token is sealed');
});

test('claims that the ID token lacks come from the UserInfo endpoint; an address that was not checked is left out', async () => {
  idp.claimsInToken = false;
  idp.givesRefreshTokens = false;
  idp.person = { sub: 'id-of-bob', groups: 'staff', email: 'bob@example.test', email_verified: false };
  assert.deepEqual(await login(), {
    kind: 'proved',
    identity: { provider: 'idp', externalId: 'id-of-bob', wantedName: 'id-of-bob', email: undefined, groups: ['staff'] },
    provedAt: 0,
  });
});

test('the browser is sent with PKCE (S256), state and nonce, new ones each time', async () => {
  const provider = signIn();
  const [one, other] = [(await begin(provider)).redirect, (await begin(provider)).redirect];
  assert.equal(one.searchParams.get('code_challenge_method'), 'S256');
  assert.equal(one.searchParams.get('scope'), 'openid profile email');
  for (const name of ['code_challenge', 'state', 'nonce']) {
    assert.match(one.searchParams.get(name) ?? '', /^[\w-]{43}$/);
    assert.notEqual(one.searchParams.get(name), other.searchParams.get(name));
  }
});

test('a code is good once, for the browser that asked, and with its verifier', async () => {
  const provider = signIn();
  const [mine, theirs] = [(await begin(provider)).request, (await begin(provider)).request];
  assert.match(detailOf(await provider.finish({ ...mine, url: theirs.url })), /state/, 'login CSRF');
  const swapped = new URL(mine.url);
  swapped.searchParams.set('code', theirs.url.searchParams.get('code') ?? '');
  assert.match(detailOf(await provider.finish({ ...mine, url: swapped })), /invalid_grant/, 'code injection');
  const fresh = (await begin(provider)).request;
  assert.equal((await provider.finish(fresh)).kind, 'proved');
  assert.match(detailOf(await provider.finish(fresh)), /invalid_grant/, 'replay');
});

test('an answer of another issuer, or of another provider of ours, is refused (mix-up)', async () => {
  const provider = signIn();
  const { request } = await begin(provider);
  const url = new URL(request.url);
  assert.equal(url.searchParams.get('iss'), idp.issuer);
  url.searchParams.set('iss', 'https://evil.test');
  assert.match(detailOf(await provider.finish({ ...request, url })), /iss/);
  url.searchParams.delete('iss');
  assert.match(detailOf(await provider.finish({ ...request, url })), /iss/);
  assert.match(detailOf(await signIn({ name: 'other' }).finish(request)), /another provider/);
});

test('an ID token that is not for us, not from them, expired or not of this login is refused', async () => {
  const now = Math.floor(Date.now() / 1000);
  const bent: readonly [RegExp, Record<string, unknown>][] = [
    [/aud/, { aud: 'somebody-else' }],
    [/aud|azp/, { aud: [idp.clientId, 'another'], azp: 'another' }],
    [/iss/, { iss: 'https://evil.test' }],
    [/exp/, { exp: now - 120 }],
    [/nonce/, { nonce: 'of another login' }],
    [/nonce/, { nonce: undefined }],
    [/sub/, { sub: undefined }],
    [/subject|sub/, { sub: 'x'.repeat(256) }],
    [/more than 10000 groups/, { groups: Array.from({ length: 10_001 }, (_, index) => `${index}`) }],
    [/too many/, { groups: undefined, _claim_names: { groups: 'src1' } }],
  ];
  for (const [says, claims] of bent) {
    idp.bend = (own) => ({ ...own, ...claims });
    await refuses(says);
  }
});

/** When somebody proved at the provider who they are; undefined: the login was refused. */
async function provedAt(provider: OidcSignIn, how: Parameters<typeof begin>[1]): Promise<number | undefined> {
  const proof = await login(provider, how);
  return proof.kind === 'proved' ? proof.provedAt : undefined;
}

test('who is to prove again who they are is asked, although the provider knows the browser, and it says when', async () => {
  const cookies = new Map<string, string>();
  const provider = signIn();
  const [asked, before] = [idp.asked, Date.now() - 1000];
  assert.equal(await provedAt(provider, { cookies }), 0, 'nothing said when');
  assert.equal(await provedAt(provider, { cookies }), 0);
  assert.equal(idp.asked - asked, 1, 'the provider knew the browser');
  const proved = (await provedAt(provider, { cookies, again: true })) ?? assert.fail();
  assert.equal(idp.asked - asked, 2);
  assert.ok(proved >= before && proved <= Date.now(), String(proved));
});

test('a provider that does not say when, says it was long ago, or says nonsense, has not asked again', async () => {
  const now = Math.floor(Date.now() / 1000);
  const says = (time: unknown) => {
    idp.bend = ({ auth_time: _, ...own }) => ({ ...own, ...(time !== undefined && { auth_time: time }) });
  };
  const again = { again: true };
  says(undefined);
  await refuses(/auth_time/, signIn(), again);
  says(now - 3600);
  await refuses(/too much time has elapsed/, signIn(), again);
  for (const nonsense of [String(now), null, -1]) {
    says(nonsense);
    await refuses(/auth_time/, signIn(), again);
  }
  assert.equal(await provedAt(signIn(), {}), undefined, 'nor is nonsense taken for anything at an ordinary login');
  says(now + 3600);
  assert.ok(((await provedAt(signIn(), again)) ?? Infinity) <= Date.now(), 'nobody proves anything in advance');
  says(now - 3600);
  assert.equal(await provedAt(signIn(), {}), (now - 3600) * 1000);
});

test('a provider that cannot say when is believed where the settings say so, and then only when it was told to ask', async () => {
  const trusting = signIn({ requireAuthTime: false });
  idp.bend = ({ auth_time: _, ...own }) => own;
  const before = Date.now();
  assert.ok(((await provedAt(trusting, { again: true })) ?? 0) >= before);
  assert.equal(await provedAt(trusting, {}), 0);
  idp.bend = (own) => ({ ...own, auth_time: 1000 });
  assert.equal(await provedAt(trusting, { again: true }), 1_000_000, 'what it does say counts');
});

test('an ID token without a signature, or with one by another key, is refused', async () => {
  idp.signature = 'none';
  await refuses(/alg/);
  idp.signature = 'forged';
  await refuses(/signature/);
});

test('a provider that does not take its own access token lets nobody in', async () => {
  idp.claimsInToken = false;
  idp.givesUserInfo = false;
  await refuses(/challenge|Authenticate/i);
});

test('keys that the provider changed are asked for again', async () => {
  const provider = signIn();
  assert.equal((await login(provider)).kind, 'proved');
  idp.rotateKeys();
  later += 10_000;
  await login(provider);
  assert.equal((await login(provider)).kind, 'proved', 'at the latest by the second login');
});

test('what the provider says of its refusal is for the log', async () => {
  idp.person = undefined;
  await refuses(/^the provider says access_denied: <b>not<\/b> for you$/);
});

test('a provider that is slow, broken or not there is away, within the bound', async () => {
  const held = Promise.withResolvers<void>();
  idp.before = () => held.promise;
  const late = await signIn({ timeoutMs: 100 }).start({ callbackUrl, again: false });
  assert.ok('kind' in late && late.kind === 'away');
  assert.match(late.detail, /did not answer in time/);
  held.resolve();
  idp.before = undefined;
  const { request } = await begin(signIn());
  const stuck = Promise.withResolvers<void>();
  idp.before = () => stuck.promise;
  assert.equal((await signIn({ timeoutMs: 100 }).finish(request)).kind, 'away');
  stuck.resolve();
  for (const parts of [
    { authorities: async () => [] },
    { issuer: 'https://127.0.0.1:1' },
    { clientSecretFile: '/nowhere' },
    { authorities: () => readFile('/nowhere', 'utf8').then((text) => [text]) },
  ]) {
    const outcome = await signIn(parts).start({ callbackUrl, again: false });
    assert.ok('kind' in outcome && outcome.kind === 'away', JSON.stringify(parts));
  }
});

test('somebody is asked about again by the sealed refresh token: changed, gone, or not to be told', async () => {
  const provider = signIn();
  const renewal = await renewalOf(provider);
  idp.change({ sub: 'id-of-alice', preferred_username: 'alice', groups: ['ops'] });
  const renewed = await provider.renew({ externalId: 'id-of-alice', renewal });
  assert.ok(renewed.kind === 'renewed', JSON.stringify(renewed));
  assert.deepEqual(renewed.identity.groups, ['ops']);
  assert.equal((await provider.renew({ externalId: 'id-of-bob', renewal })).kind, 'unknown', 'sealed for alice alone');
  const next = renewed.identity.renewal ?? renewal;
  const down = Promise.withResolvers<void>();
  idp.before = () => down.promise;
  assert.equal((await signIn({ timeoutMs: 100 }).renew({ externalId: 'id-of-alice', renewal: next })).kind, 'away');
  down.resolve();
  idp.before = undefined;
  const clientSecretFile = `${idp.clientSecretFile}-of-another`;
  await writeFile(clientSecretFile, 'wrong');
  const unfit = await signIn({ clientSecretFile }).renew({ externalId: 'id-of-alice', renewal: next });
  assert.equal(unfit.kind, 'away', `it is nobody’s own fault: ${JSON.stringify(unfit)}`);
  idp.forget('id-of-alice');
  const ended = await provider.renew({ externalId: 'id-of-alice', renewal: next });
  assert.equal(ended.kind, 'ended', JSON.stringify(ended));
});

function detailOf(proof: SignInProof): string {
  assert.ok(proof.kind === 'refused', JSON.stringify(proof));
  return proof.detail;
}
