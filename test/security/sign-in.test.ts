import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { Browser, csrfOf } from './browser.ts';

const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
const { metadata } = registry;

async function signedIn(name: string): Promise<Browser> {
  const { password } = await registry.addUser(name);
  const browser = new Browser(registry);
  const answer = await browser.signIn(name, password);
  assert.equal(answer.status, 303, answer.text);
  return browser;
}

async function csrf(browser: Browser): Promise<Record<string, string>> {
  const { csrfToken } = JSON.parse((await browser.api('GET', '/me')).text);
  return { 'x-csrf-token': csrfToken };
}

test('somebody signs in, is known to the API, and signs out for good', async () => {
  const browser = await signedIn('alice');
  const cookie = browser.cookies.get('longshore') ?? assert.fail('no cookie');
  const me = await browser.api('GET', '/me');
  assert.equal(me.status, 200, me.text);
  const { csrfToken, ...who } = JSON.parse(me.text);
  assert.deepEqual(who, { kind: 'user', name: 'alice', administrator: false, credential: 'session:password' });
  const page = await browser.get('/auth/sign-in');
  assert.match(page.text, /alice/);
  assert.equal(csrfOf(page), csrfToken);
  const out = await browser.post('/auth/sign-out', { csrf: csrfToken });
  assert.equal(out.status, 303);
  assert.equal(browser.cookies.size, 0);
  browser.cookies.set('longshore', cookie);
  assert.equal((await browser.api('GET', '/me')).status, 401, 'the cookie of a session that was ended');
  const { items } = await metadata.listAudit({}, { limit: 2, after: undefined });
  assert.deepEqual(
    items.map(({ action, resource, actor }) => [action, resource.name, actor.replace(/\d+/, 'N')]),
    [
      ['session.ended', 'alice', 'user:N:alice'],
      ['session.created', 'alice', 'user:N:alice'],
    ],
  );
});

test('who is signed in changes something only from a page of ours, with the token of the session', async () => {
  const browser = await signedIn('carol');
  const token = await csrf(browser);
  const path = '/users/carol/tokens';
  const make = (headers: Record<string, string>) => browser.api('POST', path, { name: 'ci' }, headers);
  const foreign = ['https://evil.example', `${registry.url}.evil.example`, 'null', 'http://127.0.0.1'];
  for (const origin of foreign) assert.equal((await make({ ...token, origin })).status, 403, origin);
  assert.equal((await make({})).status, 403, 'no token');
  assert.equal((await make({ 'x-csrf-token': `${token['x-csrf-token']}x` })).status, 403);
  const other = await csrf(await signedIn('dave'));
  assert.equal((await make(other)).status, 403, 'the token of another session');
  assert.deepEqual(JSON.parse((await browser.api('GET', path)).text).items, []);
  assert.equal((await make(token)).status, 201);
});

test('forms of other pages do nothing, not even sign somebody in', async () => {
  const { password } = await registry.addUser('erin');
  const browser = new Browser(registry);
  for (const origin of ['https://evil.example', 'null']) {
    const answer = await browser.post('/auth/sign-in', { name: 'erin', password }, { origin });
    assert.deepEqual([answer.status, browser.cookies.size], [403, 0]);
  }
  const form = { name: 'erin', password };
  assert.equal((await browser.post('/auth/sign-in', form, { origin: 'null', 'sec-fetch-site': 'same-site' })).status, 403);
  assert.equal((await browser.post('/auth/sign-in', form, { origin: 'null', 'sec-fetch-site': 'same-origin' })).status, 303);
  assert.equal((await browser.post('/auth/sign-out', {})).status, 403, 'without the token of the session');
  assert.equal((await browser.post('/auth/sign-out', { csrf: 'x' }, { origin: 'https://evil.example' })).status, 403);
  assert.equal((await browser.api('GET', '/me')).status, 200);
});

test('a session is good for the API and the pages, never for pulls, pushes and tokens', async () => {
  const browser = await signedIn('frank');
  assert.equal((await browser.get('/v2/')).status, 401);
  assert.equal((await browser.get('/v2/_catalog')).status, 401);
  const token = await browser.get('/auth/token?scope=registry:catalog:*');
  const [, claims = ''] = JSON.parse(token.text).token.split('.');
  assert.equal(JSON.parse(Buffer.from(claims, 'base64url').toString()).sub, 'anonymous');
});

test('a session that was planted is not the one that is signed in, and the one before ends', async () => {
  const { password } = await registry.addUser('grace');
  const browser = new Browser(registry);
  const planted = `lss_${'A'.repeat(43)}`;
  browser.cookies.set('longshore', planted);
  await browser.signIn('grace', password);
  const first = browser.cookies.get('longshore') ?? assert.fail();
  assert.notEqual(first, planted);
  await browser.signIn('grace', password);
  const second = browser.cookies.get('longshore');
  assert.notEqual(second, first);
  browser.cookies.set('longshore', first);
  assert.equal((await browser.api('GET', '/me')).status, 401, 'fixation: the session from before');
});

test('a session ends when its user is disabled, removed, gets another password, or it is ended by the API', async () => {
  const at = Date.now();
  const ends: Record<string, (id: number, browser: Browser) => Promise<unknown>> = {
    disabled: (id) => metadata.updateUser({ id, disabled: true, at }),
    removed: (id) => metadata.deleteUser({ id }),
    repassworded: (id) => metadata.updateUser({ id, passwordHash: 'x', at }),
    ended: async (id, browser) => {
      const { items } = JSON.parse((await browser.api('GET', '/users/ended/sessions')).text);
      assert.deepEqual([items.length, items[0].current, items[0].provider], [1, true, 'password']);
      const { items: others } = await metadata.listSessionPage(id, { limit: 5, after: undefined });
      assert.equal(others.length, 1);
      const path = `/users/ended/sessions/${items[0].id}`;
      assert.equal((await browser.api('DELETE', path, undefined, await csrf(browser))).status, 204);
    },
  };
  for (const [name, end] of Object.entries(ends)) {
    const browser = await signedIn(name);
    const cookie = browser.cookies.get('longshore') ?? '';
    const { id } = (await metadata.findUser({ name })) ?? assert.fail();
    assert.equal((await browser.api('GET', '/me')).status, 200);
    await end(id, browser);
    browser.cookies.set('longshore', cookie);
    assert.equal((await browser.api('GET', '/me')).status, 401, name);
    assert.doesNotMatch((await browser.get('/auth/sign-in')).text, /Signed in as/, name);
  }
});

test('sessions of others are nobody’s business, and an administrator’s are ended by administrators alone', async () => {
  const browser = await signedIn('henry');
  await signedIn('ida');
  assert.equal((await browser.api('GET', '/users/ida/sessions')).status, 403);
  const { id } = (await metadata.findUser({ name: 'ida' })) ?? assert.fail();
  const { items } = await metadata.listSessionPage(id, { limit: 5, after: undefined });
  const token = await csrf(browser);
  assert.equal(
    (await browser.api('DELETE', `/users/henry/sessions/${items[0]?.id}`, undefined, token)).status,
    404,
    'through another user',
  );
  assert.equal((await browser.api('DELETE', `/users/ida/sessions/${items[0]?.id}`, undefined, token)).status, 403);
});

test('GO-2024-2915: signing in leads to a path of ours, whatever was asked for', async () => {
  const { password } = await registry.addUser('jack');
  const landings: string[][] = [
    ['/auth/device?user_code=BCDF', '/auth/device?user_code=BCDF'],
    ['//evil.example', '/auth/sign-in'],
    ['/\\evil.example', '/auth/sign-in'],
    ['https://evil.example', '/auth/sign-in'],
  ];
  for (const [returnTo = '', location] of landings) {
    const path = `/auth/sign-in?${new URLSearchParams({ returnTo }).toString()}`;
    const answer = await new Browser(registry).post(path, { name: 'jack', password });
    assert.deepEqual([answer.status, answer.headers['location']], [303, location]);
  }
});

test('a wrong password is refused alike for whoever it is of, slowed down, and kept in the audit log', async () => {
  await registry.addUser('kate');
  const browser = new Browser(registry);
  const [wrong, nobody] = [await browser.signIn('kate', 'not it'), await browser.signIn('nobody', 'not it')];
  assert.deepEqual([wrong.status, nobody.status], [401, 401]);
  assert.equal(wrong.text, nobody.text);
  const { items } = await metadata.listAudit({}, { limit: 50, after: undefined });
  assert.ok(items.some(({ action, resource, outcome }) => action === 'login' && resource.name === 'kate' && outcome === 'denied'));
  let last = wrong;
  // The wait is doubled each time: some try comes before its end, however slow they are.
  for (let tries = 0; tries < 20 && last.status === 401; tries += 1) last = await browser.signIn('kate', `not ${tries}`);
  assert.equal(last.status, 429);
  assert.ok(Number(last.headers['retry-after']) >= 1);
});

test('the cookie is out of reach of scripts and other sites, and pages allow no script and no frame', async () => {
  const { password } = await registry.addUser('liam');
  const browser = new Browser(registry);
  const answer = await browser.signIn('liam', password);
  const cookies = [answer.headers['set-cookie'] ?? []].flat();
  assert.match(cookies[0] ?? '', /^longshore=lss_[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
  const page = await browser.get('/auth/sign-in?returnTo=%22%3E%3Cscript%3E&lang=zh');
  const csp = String(page.headers['content-security-policy']);
  assert.match(csp, /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/);
  assert.doesNotMatch(page.text, /<script/);
  assert.match(page.text, /lang="zh-CN"/);
  assert.equal(page.headers['cache-control'], 'no-store');
});
