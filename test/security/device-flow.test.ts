import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { basicAuthorization, startRegistry } from '../protocol/registry-fixture.ts';
import { Browser, type BrowserAnswer, csrfOf } from './browser.ts';
import { holdDelays } from './hold-delays.ts';

const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
const { client, metadata } = registry;
const type = { 'content-type': 'application/x-www-form-urlencoded' };

async function post(path: string, form: Readonly<Record<string, string>>) {
  const { status, body } = await client.send('POST', path, { headers: type, body: new URLSearchParams(form).toString() });
  return { status, json: JSON.parse(body.toString()) };
}

const begin = (name = 'laptop of alice') => post('/auth/device', { client_id: name });
const poll = (deviceCode: string) =>
  post('/auth/token', { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: deviceCode, client_id: 'laptop' });

async function signedIn(name: string): Promise<{ browser: Browser; decide: (code: string, action: string) => Promise<BrowserAnswer> }> {
  const { password } = await registry.addUser(name);
  const browser = new Browser(registry);
  await browser.signIn(name, password);
  const csrf = csrfOf(await browser.get('/auth/device'));
  return { browser, decide: (user_code, action) => browser.post('/auth/device/confirm', { csrf, user_code, action }) };
}

test('a device is let in by its user, and gets an access token of theirs that is listed and can be taken away', async () => {
  const { status, json: started } = await begin();
  assert.equal(status, 200);
  assert.match(started.user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
  assert.equal(started.verification_uri, `${registry.url}/auth/device`);
  assert.deepEqual([started.expires_in, started.interval], [600, 5]);
  assert.equal((await poll(started.device_code)).json.error, 'authorization_pending');
  assert.equal((await poll(started.device_code)).json.error, 'slow_down');
  const { browser, decide } = await signedIn('alice');
  const asked = await decide(started.user_code.toLowerCase(), 'show');
  assert.match(asked.text, /laptop of alice/);
  assert.match(asked.text, /127\.0\.0\.1/);
  // Which of the two depends on how long the sign-in took.
  assert.match((await poll(started.device_code)).json.error, /^(slow_down|authorization_pending)$/, 'to look is not to let in');
  assert.equal((await decide(started.user_code, 'allow')).status, 200);
  const { json: given } = await poll(started.device_code);
  assert.deepEqual([given.token_type, given.username, given.expires_in], ['Bearer', 'alice', 90 * 86_400]);
  assert.equal((await poll(started.device_code)).json.error, 'expired_token', 'once');
  const authorization = basicAuthorization(given.username, given.access_token);
  assert.equal((await client.send('GET', '/v2/', { authorization })).status, 200);
  const { items } = JSON.parse((await browser.api('GET', '/users/alice/tokens')).text);
  assert.equal(items[0].name, 'laptop of alice');
  const { items: entries } = await metadata.listAudit({}, { limit: 9, after: undefined });
  const actions = entries.map(({ action, credential }) => `${action} ${credential}`);
  assert.ok(actions.includes('device.allowed session:password') && actions.includes('access-token.created device-code'), String(actions));
});

test('a device that is denied, or made up, gets nothing', async () => {
  const { decide } = await signedIn('bob');
  const { json: started } = await begin();
  await decide(started.user_code, 'deny');
  assert.equal((await poll(started.device_code)).json.error, 'access_denied');
  for (const code of ['', 'x', `lsd_${'A'.repeat(43)}`, started.user_code]) assert.equal((await poll(code)).json.error, 'expired_token');
  for (const name of ['', '\u0007', 'x'.repeat(101)]) assert.equal((await begin(name)).json.error, 'invalid_request');
});

test('nobody lets a device in without a session, from another page, or by an address alone', async () => {
  const { json: started } = await begin();
  const stranger = new Browser(registry);
  const page = await stranger.get(`/auth/device?user_code=${started.user_code}`);
  assert.deepEqual([page.status, String(page.headers['location']).startsWith('/auth/sign-in?')], [303, true]);
  const sent = await stranger.post('/auth/device/confirm', { user_code: started.user_code, action: 'allow' });
  const back = new URLSearchParams(String(sent.headers['location']).split('?')[1]).get('returnTo') ?? '';
  const { browser } = await signedIn('carol');
  assert.match((await browser.get(back)).text, /name="user_code"/, 'whoever signed in for it begins at the form');
  const form = { user_code: started.user_code, action: 'allow' };
  assert.equal((await browser.post('/auth/device/confirm', form)).status, 403, 'without the token of the session');
  const csrf = csrfOf(await browser.get(`/auth/device?user_code=${started.user_code}`));
  assert.equal((await browser.post('/auth/device/confirm', { ...form, csrf }, { origin: 'https://evil.example' })).status, 403);
  assert.equal((await poll(started.device_code)).json.error, 'authorization_pending');
});

test('what a device calls itself is text on the page', async () => {
  const { decide } = await signedIn('dave');
  const { json: started } = await begin('<img src=x onerror=alert(1)>"');
  const { text } = await decide(started.user_code, 'show');
  assert.match(text, /&lt;img src=x onerror=alert\(1\)&gt;&quot;/);
  assert.doesNotMatch(text, /<img/);
});

test('guessing user codes is slowed down, and a right one forgives no wrong one', async () => {
  const { decide } = await signedIn('erin');
  const { json: own } = await begin();
  const statuses: number[] = [];
  for (let guess = 0; guess < 4; guess += 1) {
    statuses.push((await decide('BBBB-BBBB', 'show')).status);
    statuses.push((await decide(own.user_code, 'show')).status);
  }
  statuses.push((await decide('BBBB-BBBC', 'show')).status);
  holdDelays(registry);
  statuses.push((await decide(own.user_code, 'show')).status);
  assert.deepEqual(statuses, [401, 200, 401, 200, 401, 200, 401, 200, 401, 429]);
});

test('a page of another site begins nothing, or it would use up the places of whoever looks at it', async () => {
  const body = 'client_id=spam';
  for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null', 'sec-fetch-site': 'cross-site' }]) {
    assert.equal((await client.send('POST', '/auth/device', { headers: { ...type, ...headers }, body })).status, 403);
  }
});

test('devices of one network that wait are bounded', async () => {
  let last = await begin();
  for (let count = 0; count < 25 && last.status === 200; count += 1) last = await begin();
  assert.equal(last.status, 429);
});
