import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { basicAuthorization, startRegistry } from '../protocol/registry-fixture.ts';
import { codeOfApp } from '../tools/authenticator-app.ts';
import { Browser, csrfOf } from './browser.ts';
import { holdDelays } from './hold-delays.ts';

const registry = await startRegistry({ flags: [] });
const strict = await startRegistry({ flags: ['--sign-in-second-factor', 'everybody'] });
after(async () => {
  await registry.stop();
  await strict.stop();
});
const { client, metadata } = registry;
const setUpPath = '/auth/second-factor/set-up';

/** Somebody who has set up a second factor on the page for it; the code of this very step is used up by that. */
async function withFactor(name: string) {
  const { password, basic, user } = await registry.addUser(name);
  const browser = new Browser(registry);
  await browser.signIn(name, password);
  const csrf = csrfOf(await browser.get(setUpPath));
  await browser.post(setUpPath, { csrf, action: 'begin' });
  const secret =
    /<code>([A-Z2-7 ]+)<\/code>/.exec((await browser.get(setUpPath)).text)?.[1]?.replaceAll(' ', '') ?? assert.fail('no secret');
  const before = new Map(browser.cookies);
  const used = codeOfApp(secret);
  const confirmed = await browser.post(setUpPath, { csrf, action: 'confirm', code: used });
  const recovery = /<pre>([^<]+)<\/pre>/.exec(confirmed.text)?.[1]?.split('\n') ?? assert.fail(confirmed.text);
  return { name, user, password, basic, browser, secret, used, recovery, before };
}

/** Signs in with the password; answers the browser before the code. */
async function halfway({ name, password }: { name: string; password: string }): Promise<Browser> {
  const browser = new Browser(registry);
  const answer = await browser.signIn(name, password);
  assert.match(String(answer.headers['location']), /^\/auth\/second-factor\?/);
  assert.equal((await browser.api('GET', '/me')).status, 401, 'a password alone is no session');
  return browser;
}

test('a second factor is asked for at each sign-in; each of its codes is good once, also over different browsers', async () => {
  const alice = await withFactor('alice');
  assert.equal(alice.recovery.length, 10);
  assert.equal((await alice.browser.api('GET', '/me')).status, 200, 'whoever has set it up stays signed in');
  const stale = new Browser(registry);
  for (const [name, value] of alice.before) stale.cookies.set(name, value);
  assert.equal((await stale.api('GET', '/me')).status, 401, 'fixation: the session from before is over');
  const first = await halfway(alice);
  const code = codeOfApp(alice.secret, 1);
  assert.equal((await first.post('/auth/second-factor', { code: alice.used })).status, 401, 'used to confirm');
  assert.equal((await first.post('/auth/second-factor', { code })).status, 303);
  assert.equal((await first.api('GET', '/me')).status, 200);
  const second = await halfway(alice);
  assert.equal((await second.post('/auth/second-factor', { code })).status, 401, 'a step is used once');
  const [recovery = ''] = alice.recovery;
  assert.equal((await second.post('/auth/second-factor', { code: recovery.toUpperCase() })).status, 303);
  assert.equal((await (await halfway(alice)).post('/auth/second-factor', { code: recovery })).status, 401, 'so is a recovery code');
  assert.deepEqual(JSON.parse((await first.api('GET', '/users/alice/second-factor')).text), { enabled: true, recoveryCodes: 9 });
});

test('with a second factor a right password is refused everywhere else, with what to do; a wrong one as ever', async () => {
  const bob = await withFactor('bob');
  const { headers, text } = await bob.browser.api('GET', '/me');
  assert.ok(headers['x-request-id']);
  const token = JSON.parse(
    (await bob.browser.api('POST', '/users/bob/tokens', { name: 'ci' }, { 'x-csrf-token': JSON.parse(text).csrfToken })).text,
  );
  const bearer = basicAuthorization('bob', token.token);
  for (const path of ['/v2/', '/auth/token?scope=registry:catalog:*', '/api/v1/me']) {
    const right = await client.send('GET', path, { authorization: bob.basic });
    assert.deepEqual([right.status, /access token/.test(right.body.toString())], [401, true], path);
    const wrong = await client.send('GET', path, { authorization: basicAuthorization('bob', 'not his password') });
    assert.deepEqual([wrong.status, /access token/.test(wrong.body.toString())], [401, false], path);
    assert.equal((await client.send('GET', path, { authorization: bearer })).status, 200, path);
  }
  const form = new URLSearchParams({ grant_type: 'password', username: 'bob', password: bob.password, service: 'longshore' }).toString();
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  assert.equal((await client.send('POST', '/auth/token', { body: form, headers: type })).status, 401);
  const { items } = await metadata.listAudit({ outcome: 'denied' }, { limit: 50, after: undefined });
  assert.ok(items.some(({ resource, reason }) => resource.name === 'bob' && reason === 'the right password without the second factor'));
});

test('guessing codes is slowed down, in whatever browsers and from wherever', async () => {
  const carol = await withFactor('carol');
  const browser = await halfway(carol);
  const begun = performance.now();
  const guesses = await Promise.all(
    Array.from({ length: 20 }, (_, guess) => browser.post('/auth/second-factor', { code: String(100_000 + guess) })),
  );
  const looked = guesses.filter(({ status }) => status === 401);
  // The sixth may be looked at a second after the fifth, the seventh two seconds after that, and so on.
  const inTime = 5 + Math.floor(Math.log2(1 + (performance.now() - begun) / 1000));
  assert.ok(looked.length <= inTime, `${looked.length} guesses were looked at instead of ${inTime}`);
  holdDelays(registry);
  const right = await (await halfway(carol)).post('/auth/second-factor', { code: carol.recovery[0] ?? '' });
  assert.equal(right.status, 429);
  assert.ok(Number(right.headers['retry-after']) >= 1);
});

test('what stands for the password is sealed, and good for its user as they were', async () => {
  const dave = await withFactor('dave');
  const browser = await halfway(dave);
  const proof = browser.cookies.get('longshore-step') ?? assert.fail();
  browser.cookies.set('longshore-step', `${proof.slice(0, -2)}${proof.endsWith('AA') ? 'BB' : 'AA'}`);
  assert.equal((await browser.post('/auth/second-factor', { code: dave.recovery[0] ?? '' })).status, 400);
  browser.cookies.set('longshore-step', proof);
  await metadata.updateUser({ id: dave.user.id, passwordHash: 'another', at: Date.now() });
  assert.equal((await browser.post('/auth/second-factor', { code: dave.recovery[1] ?? '' })).status, 400);
});

test('who lost theirs gets it removed by an administrator, and by nobody else', async () => {
  const erin = await withFactor('erin');
  const [frank, root] = [await registry.addUser('frank'), await registry.addUser('root')];
  await metadata.updateUser({ id: root.user.id, administrator: true, at: Date.now() });
  const remove = (authorization: string) => client.send('DELETE', '/api/v1/users/erin/second-factor', { authorization });
  assert.equal((await remove(frank.basic)).status, 403);
  assert.equal((await remove(root.basic)).status, 204);
  assert.equal((await remove(root.basic)).status, 404);
  assert.equal((await erin.browser.api('GET', '/me')).status, 401, 'sessions end with it');
  assert.equal((await client.send('GET', '/api/v1/me', { authorization: erin.basic })).status, 200);
  const begin = await client.send('POST', '/api/v1/users/erin/second-factor', { authorization: root.basic });
  assert.equal(begin.status, 403, 'nobody sets one up for somebody else');
});

test('a registry that asks everybody for one lets a password alone do nothing but set one up', async () => {
  const { basic, password } = await strict.addUser('grace');
  assert.equal((await strict.client.send('GET', '/v2/', { authorization: basic })).status, 401);
  const browser = new Browser(strict);
  const answer = await browser.signIn('grace', password);
  assert.match(String(answer.headers['location']), /^\/auth\/second-factor\/set-up/);
  assert.equal((await browser.api('GET', '/me')).status, 403);
  for (const path of ['/auth/tokens', '/auth/device']) {
    assert.match(String((await browser.get(path)).headers['location']), /^\/auth\/second-factor\/set-up/, path);
  }
  const csrf = csrfOf(await browser.get(setUpPath));
  assert.equal((await browser.post('/auth/tokens', { csrf, name: 'ci', days: '9' })).status, 303);
  await browser.post(setUpPath, { csrf, action: 'begin' });
  const secret = /<code>([A-Z2-7 ]+)<\/code>/.exec((await browser.get(setUpPath)).text)?.[1]?.replaceAll(' ', '') ?? '';
  assert.equal((await browser.post(setUpPath, { csrf, action: 'confirm', code: codeOfApp(secret) })).status, 200);
  assert.equal((await browser.api('GET', '/me')).status, 200);
});
