import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { createExternalSignIn } from '../../packages/server/src/identity/external/external-sign-in.ts';
import { OidcSignIn } from '../../packages/server/src/identity/oidc/oidc-sign-in.ts';
import { recheckPeople } from '../../packages/server/src/identity/oidc/recheck.ts';
import { createSecretBox } from '../../packages/server/src/identity/secret-box.ts';
import { systemAgent } from '../../packages/server/src/registry/ports/agent.ts';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { TestIdentityProvider } from '../tools/oidc-provider.ts';
import { Browser } from './browser.ts';

const idp = await TestIdentityProvider.start(['https://later.test/']);
const entry = { issuer: idp.issuer, clientId: idp.clientId, clientSecretFile: idp.clientSecretFile, authorityFile: idp.authorityFile };
const oidc = [
  { ...entry, name: 'corp', timeoutSeconds: 0.5 },
  { ...entry, name: 'closed', createUsers: false },
];
const registry = await startRegistry({ flags: [], env: { LONGSHORE_SIGN_IN_OIDC: JSON.stringify(oidc) } });
idp.allow(oidc.map(({ name }) => `${registry.url}/auth/callback/${name}`));
after(async () => {
  await registry.stop();
  await idp.stop();
});
const { metadata } = registry;

/** The browser, and the path at which it comes back from the provider. */
async function sent(browser = new Browser(registry), provider = 'corp') {
  const { headers } = await browser.get(`/auth/sign-in/${provider}`);
  const back = await idp.visit(String(headers['location']));
  return { browser, back: back.pathname + back.search };
}

async function signIn(provider = 'corp') {
  const { browser, back } = await sent(undefined, provider);
  return { browser, answer: await browser.get(back) };
}

const nameOf = async (browser: Browser) => JSON.parse((await browser.api('GET', '/me')).text)['name'];

test('nobody becomes an existing user by being called alike, or by an address', async () => {
  const { password } = await registry.addUser('alice');
  idp.person = { sub: 'another-alice', preferred_username: 'alice', email: 'alice@example.test', email_verified: true };
  assert.equal(await nameOf((await signIn()).browser), 'alice-2');
  idp.person = { sub: 'third-alice', preferred_username: 'Alice', email: 'alice@example.test', email_verified: true };
  assert.equal(await nameOf((await signIn()).browser), 'alice-3');
  assert.equal((await new Browser(registry).signIn('alice', password)).status, 303, 'who was here before is who they were');
});

test('a browser is not signed in with the answer that another one got (login CSRF), nor twice with its own', async () => {
  idp.person = { sub: 'mallory', preferred_username: 'mallory' };
  const { browser: mallory, back } = await sent();
  const victim = new Browser(registry);
  assert.equal((await victim.get(back)).status, 400, 'was not sent by us');
  const { browser: begun } = await sent();
  assert.equal((await begun.get(back)).status, 401, 'was sent, but with another state');
  assert.equal((await begun.api('GET', '/me')).status, 401);
  assert.equal((await mallory.get(back)).status, 303);
  assert.equal((await mallory.get(back)).status, 400, 'the step is over');
});

test('a link of another site signs nobody in by a provider, nor out (login CSRF)', async () => {
  idp.person = { sub: 'mallory', preferred_username: 'mallory' };
  const { browser } = await signIn();
  for (const site of ['cross-site', 'same-site']) {
    const { status, headers } = await browser.get('/auth/sign-in/corp', { 'sec-fetch-site': site });
    assert.deepEqual([status, headers['location'], headers['set-cookie']], [303, '/auth/sign-in?lang=en', undefined], site);
  }
  assert.equal(await nameOf(browser), 'mallory');
  for (const site of ['same-origin', 'none']) {
    const { headers } = await browser.get('/auth/sign-in/corp', { 'sec-fetch-site': site });
    assert.ok(String(headers['location']).startsWith(idp.issuer), site);
  }
});

test('an answer to one provider is none to another (mix-up)', async () => {
  const { browser, back } = await sent();
  assert.equal((await browser.get(back.replace('/corp?', '/closed?'))).status, 400);
});

test('what a provider or a link says is never a part of a page', async () => {
  idp.person = undefined;
  const { answer } = await signIn();
  assert.equal(answer.status, 401);
  assert.match(answer.text, /You were not signed in there/);
  const { browser } = await sent();
  const forged = await browser.get('/auth/callback/corp?error=x&error_description=%3Cscript%3Ealert(1)%3C/script%3E&state=%3Cb%3E');
  for (const { text } of [answer, forged]) assert.doesNotMatch(text, /<b>not|<script|alert\(1\)/);
});

test('who is not admitted, or disabled, stays out', async () => {
  idp.person = { sub: 'stranger', preferred_username: 'stranger' };
  assert.equal((await signIn('closed')).answer.status, 403);
  assert.equal(await metadata.findUser({ name: 'stranger' }), undefined);
  idp.person = { sub: 'erin', preferred_username: 'erin' };
  const { browser } = await signIn();
  const erin = (await metadata.findUser({ name: 'erin' })) ?? assert.fail();
  await metadata.updateUser({ id: erin.id, disabled: true, at: Date.now() });
  assert.equal((await browser.api('GET', '/me')).status, 401, 'the session ends');
  assert.equal((await signIn()).answer.status, 401);
});

test('while the provider is away nobody comes in by it, within its bound, and passwords work on', async () => {
  const stuck = Promise.withResolvers<void>();
  const { password } = await registry.addUser('frank');
  idp.person = { sub: 'gina', preferred_username: 'gina' };
  const { browser, back } = await sent();
  idp.before = () => stuck.promise;
  const begun = performance.now();
  const answer = await browser.get(back);
  assert.ok(performance.now() - begun < 3000);
  assert.deepEqual([answer.status, answer.headers['retry-after']], [503, '5']);
  assert.equal((await new Browser(registry).signIn('frank', password)).status, 303);
  stuck.resolve();
  idp.before = undefined;
});

test('people are asked about again: groups follow, whom the provider gave up is out, and an absence changes nothing', async () => {
  const box = createSecretBox(randomBytes(32), 'test');
  const authorities = async () => [await readFile(idp.authorityFile, 'utf8')];
  const settings = {
    ...entry,
    name: 'asked',
    title: 'Asked',
    scopes: [],
    nameClaim: 'sub',
    groupsClaim: 'groups',
    timeoutMs: 300,
    authorities,
  };
  const provider = new OidcSignIn({ settings: { ...settings, scopes: ['profile'] }, box, now: Date.now });
  const rules = { createUsers: true, groupPrefix: '', groups: ['*'], administratorGroup: 'admins', recheckMs: 1 };
  let now = Date.now();
  const external = createExternalSignIn({ accounts: metadata, rules: new Map([['asked', rules]]), now: () => now, warn: () => undefined });
  const logged: unknown[] = [];
  const note = (message: string) => void logged.push(message);
  const logger = { debug: note, info: note, warn: note, error: note };
  const recheck = async () => {
    now += 1000;
    const deps = { provider, accounts: metadata, signIn: external, decidesAdministrators: true, intervalMs: 10, logger, now: () => now };
    await recheckPeople(deps, new AbortController().signal);
  };
  const callbackUrl = `${registry.url}/auth/callback/corp`;
  idp.person = { sub: 'henry', preferred_username: 'henry', groups: ['ops', 'admins'] };
  const started = await provider.start({ callbackUrl });
  assert.ok('redirect' in started);
  const proof = await provider.finish({ callbackUrl, kept: started.kept, url: await idp.visit(started.redirect) });
  assert.ok(proof.kind === 'proved');
  const outcome = await external.signIn(proof.identity, systemAgent('test'));
  assert.ok(outcome.kind === 'user' && outcome.user.administrator);
  const { id, version } = outcome.user;
  const membersOf = async (group: string) =>
    (await metadata.listGroupMembers(group, { limit: 9, after: undefined }))?.items.map(({ name }) => name);
  idp.change({ sub: 'henry', preferred_username: 'henry', groups: ['dev', 'admins'] });
  await recheck();
  assert.deepEqual([await membersOf('ops'), await membersOf('dev')], [[], ['henry']]);
  const stuck = Promise.withResolvers<void>();
  idp.before = () => stuck.promise;
  await recheck();
  assert.deepEqual(await membersOf('dev'), ['henry'], 'nobody loses anything by an absence');
  assert.match(String(logged.at(-1)), /could not be asked/);
  stuck.resolve();
  idp.before = undefined;
  idp.forget('henry');
  await recheck();
  assert.deepEqual(await membersOf('dev'), []);
  const after = (await metadata.findUser({ id })) ?? assert.fail();
  assert.deepEqual([after.administrator, after.version > version], [false, true], 'and what was issued ends');
});
