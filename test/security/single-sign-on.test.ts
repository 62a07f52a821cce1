import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { createExternalSignIn } from '../../packages/server/src/identity/external/external-sign-in.ts';
import { endFormerStanding } from '../../packages/server/src/identity/external/former-settings.ts';
import { type RecheckDeps, recheckPeople } from '../../packages/server/src/identity/external/recheck.ts';
import { OidcSignIn } from '../../packages/server/src/identity/oidc/oidc-sign-in.ts';
import { createSecretBox } from '../../packages/server/src/identity/secret-box.ts';
import { systemAgent } from '../../packages/server/src/registry/ports/agent.ts';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { TestIdentityProvider } from '../tools/oidc-provider.ts';
import { Browser, csrfOf } from './browser.ts';

const idp = await TestIdentityProvider.start(['https://later.test/']);
const entry = { issuer: idp.issuer, clientId: idp.clientId, clientSecretFile: idp.clientSecretFile, authorityFile: idp.authorityFile };
const oidc = [
  { ...entry, name: 'corp', timeoutSeconds: 8 },
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
async function sent(browser = new Browser(registry), provider = 'corp', cookies = new Map<string, string>()) {
  const { headers } = await browser.get(`/auth/sign-in/${provider}`);
  const back = await idp.visit(String(headers['location']), cookies);
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

test('what makes credentials needs a proof of now at the provider, whatever it keeps in the browser', async () => {
  const cookies = new Map<string, string>();
  const browser = new Browser(registry);
  const asked = idp.asked;
  idp.person = { sub: 'kim', preferred_username: 'kim' };
  const { back } = await sent(browser, 'corp', cookies);
  assert.equal((await browser.get(back)).status, 303);
  const make = async () => {
    const { csrfToken } = JSON.parse((await browser.api('GET', '/me')).text);
    return (await browser.api('POST', '/users/kim/tokens', { name: 'ci' }, { 'x-csrf-token': csrfToken })).status;
  };
  assert.equal(await make(), 403, 'it did not say when');
  /** As the pages lead: from what needs it to the provider, and back. */
  const again = async () => {
    const form = String((await browser.get('/auth/tokens')).headers['location']);
    const [, button = ''] = /href="([^"]*sign-in\/corp[^"]*)"/.exec((await browser.get(form)).text) ?? [];
    const { headers } = await browser.get(button.replaceAll('&amp;', '&'));
    const url = await idp.visit(String(headers['location']), cookies);
    return browser.get(url.pathname + url.search);
  };
  idp.bend = ({ auth_time: _, ...own }) => own;
  assert.equal((await again()).status, 401, 'a provider that leaves out when it asked');
  assert.equal(await make(), 403);
  idp.bend = undefined;
  const done = await again();
  assert.deepEqual([done.status, done.headers['location']], [303, '/auth/tokens']);
  assert.equal(idp.asked - asked, 3, 'each time');
  assert.equal(await make(), 201);
});

test('who signs out is shown the way out of the provider, which lets nobody else in then', async () => {
  const cookies = new Map<string, string>();
  idp.person = { sub: 'lea', preferred_username: 'lea' };
  const { browser, back } = await sent(undefined, 'corp', cookies);
  await browser.get(back);
  const asked = idp.asked;
  assert.equal((await browser.get((await sent(browser, 'corp', cookies)).back)).status, 303);
  assert.equal(idp.asked, asked, 'the provider knows the browser');
  const out = await browser.post('/auth/sign-out', { csrf: csrfOf(await browser.get('/auth/sign-out')) });
  const page = await browser.get(String(out.headers['location']));
  const [, link = ''] = /href="(https:[^"]+)">Sign out there, too: corp</.exec(page.text) ?? [];
  const end = new URL(link.replaceAll('&amp;', '&'));
  assert.deepEqual(Object.fromEntries(end.searchParams), {
    post_logout_redirect_uri: `${registry.url}/auth/sign-out`,
    client_id: idp.clientId,
  });
  assert.equal((await idp.signOut(end.href, cookies)).href, `${registry.url}/auth/sign-out`);
  await sent(browser, 'corp', cookies);
  assert.equal(idp.asked, asked + 1);
  for (const provider of ['nobody', 'password', '%3Cb%3E']) {
    assert.doesNotMatch((await browser.get(`/auth/sign-out?provider=${provider}`)).text, /there, too|<b>/, provider);
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
  const answer = await browser.get(back);
  assert.deepEqual([answer.status, answer.headers['retry-after']], [503, '5']);
  assert.equal((await new Browser(registry).signIn('frank', password)).status, 303);
  stuck.resolve();
  idp.before = undefined;
});

/** A provider whose people are asked about, without a server's schedule; `recheck` asks about everybody. */
function askedProvider() {
  const box = createSecretBox(randomBytes(32), 'test');
  const authorities = async () => [await readFile(idp.authorityFile, 'utf8')];
  const claims = { nameClaim: 'sub', groupsClaim: 'groups', scopes: ['profile'] };
  const endpoints = () => ({});
  const bounds = { timeoutMs: 8000, requireAuthTime: true };
  const settings = { ...entry, ...claims, ...bounds, name: 'asked', title: 'Asked', authorities, endpoints };
  const provider = new OidcSignIn({ settings, box, now: Date.now, elapsed: () => performance.now() });
  const rules = { createUsers: true, groupPrefix: '', groups: ['*'], administratorGroup: 'admins', recheckMs: 1 };
  let now = Date.now();
  const external = createExternalSignIn({ accounts: metadata, rules: new Map([['asked', rules]]), now: () => now, warn: () => undefined });
  const logged: unknown[] = [];
  const note = (message: string) => void logged.push(message);
  const deps: RecheckDeps = {
    provider: 'asked',
    ask: async ({ externalId, renewal = '' }) => provider.renew({ externalId, renewal }),
    ...{ accounts: metadata, external, decidesAdministrators: true, suspends: false, by: systemAgent('test'), intervalMs: 10 },
    logger: { info: note, warn: note, error: note },
    now: () => now,
  };
  const recheck = async () => {
    now += 1000;
    await recheckPeople(deps, new AbortController().signal);
  };
  const callbackUrl = `${registry.url}/auth/callback/corp`;
  const enter = async () => {
    const started = await provider.start({ callbackUrl, again: false });
    assert.ok('redirect' in started);
    const url = await idp.visit(started.redirect);
    const proof = await provider.finish({ callbackUrl, kept: started.kept, url, address: '127.0.0.1' });
    assert.ok(proof.kind === 'proved');
    const outcome = await external.signIn(proof.identity, systemAgent('test'));
    return outcome.kind === 'user' ? outcome.user : assert.fail(outcome.kind);
  };
  return { enter, recheck, logged };
}

test('people are asked about again: groups follow, whom the provider gave up is out, and an absence changes nothing', async () => {
  const { enter, recheck, logged } = askedProvider();
  idp.person = { sub: 'henry', preferred_username: 'henry', groups: ['ops', 'admins'] };
  const { id, version, administrator } = await enter();
  assert.equal(administrator, true);
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

test('who is removed, or told from the person, while the provider is asked about them does not come back by its answer', async () => {
  const { enter, recheck } = askedProvider();
  const userOf = () => metadata.findUser({ name: 'ivy' });
  const during = (change: () => Promise<unknown>) => {
    idp.before = async (path) => {
      if (path !== '/token') return;
      idp.before = undefined;
      await change();
    };
  };
  idp.person = { sub: 'ivy', preferred_username: 'ivy', groups: ['dev'] };
  const { id: first } = await enter();
  during(() => metadata.deleteUser({ id: first, by: systemAgent('test'), at: Date.now() }));
  await recheck();
  assert.equal(await userOf(), undefined);
  const { id } = await enter();
  const [link] = (await metadata.listIdentityLinks(id, { limit: 9, after: undefined })).items;
  during(() => metadata.unlinkIdentity({ userId: id, id: link?.id ?? 0, by: systemAgent('test'), at: Date.now() }));
  await recheck();
  assert.deepEqual(await metadata.findExternalNames(id), []);
  assert.equal(await metadata.findUser({ name: 'ivy-2' }), undefined);
});

test('while processes with former settings are replaced, what they give is taken again, and nothing of it stays', async () => {
  const { enter, logged } = askedProvider();
  const logger = { info: () => undefined, warn: (message: string) => void logged.push(message), error: () => undefined };
  const settle = (administratorGroups: ReadonlyMap<string, string | undefined>) =>
    endFormerStanding({ accounts: metadata, administratorGroups, logger, now: Date.now });
  const others: [string, undefined][] = [
    ['corp', undefined],
    ['closed', undefined],
  ];
  idp.person = { sub: 'jack', preferred_username: 'jack', groups: ['admins', 'dev'] };
  const former = await enter();
  await settle(new Map([...others, ['asked', 'admins']]));
  assert.deepEqual(await metadata.findUser({ id: former.id }), former, 'settings that still say so end nothing');
  for (let round = 0; round < 2; round += 1) {
    assert.equal((await enter()).administrator, true);
    await settle(new Map([...others, ['asked', 'root']]));
    assert.equal((await metadata.findUser({ id: former.id }))?.administrator, false);
  }
  for (let round = 0; round < 2; round += 1) {
    assert.equal((await enter()).disabled, false);
    await settle(new Map(others));
    assert.equal((await metadata.findUser({ id: former.id }))?.disabled, true);
    assert.deepEqual((await metadata.listGroupMembers('dev', { limit: 9, after: undefined }))?.items, []);
  }
  const said = logged.length;
  await settle(new Map(others));
  assert.equal(logged.length, said, 'what has ended is told once');
});
