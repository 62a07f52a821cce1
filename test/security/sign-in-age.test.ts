import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { systemAgent } from '../../packages/server/src/registry/ports/agent.ts';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { Browser } from './browser.ts';

const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
const { metadata } = registry;

test('ten minutes after signing in, a session makes no credentials until its user signs in again', async () => {
  const { user, password } = await registry.addUser('alice');
  const browser = new Browser(registry);
  const secret = randomBytes(32).toString('base64url');
  const createdAt = Date.now() - 10 * 60_000;
  const { id: userId, version: userVersion } = user;
  const secretHash = createHash('sha256').update(secret).digest();
  const rest = { provider: 'password', address: '', userAgent: '', expiresAt: createdAt + 86_400_000, by: systemAgent('test') };
  await metadata.createSession({ secretHash, userId, userVersion, createdAt, provedAt: createdAt, ...rest });
  browser.cookies.set('longshore', `lss_${secret}`);
  const csrfToken = async () => ({ 'x-csrf-token': JSON.parse((await browser.api('GET', '/me')).text).csrfToken });
  const attempts = (): [string, string, object?, Record<string, string>?][] => [
    ['POST', '/users/alice/tokens', { name: 'ci' }],
    ['POST', '/users/alice/second-factor'],
    ['POST', '/users/alice/second-factor/confirm', { code: '123456' }],
    ['DELETE', '/users/alice/second-factor'],
    ['PATCH', '/users/alice', { password: 'a new password' }, { 'if-match': '*' }],
  ];
  for (const [method, path, body, headers] of attempts()) {
    const answer = await browser.api(method, path, body, { ...(await csrfToken()), ...headers });
    assert.deepEqual([answer.status, /sign in again/.test(answer.text)], [403, true], `${method} ${path}`);
  }
  for (const path of ['/auth/tokens', '/auth/device', '/auth/second-factor/set-up']) {
    assert.match(String((await browser.get(path)).headers['location']), /^\/auth\/sign-in\?.*again=1/, path);
  }
  await browser.signIn('alice', password);
  const statuses: number[] = [];
  for (const [method, path, body, headers] of attempts()) {
    statuses.push((await browser.api(method, path, body, { ...(await csrfToken()), ...headers })).status);
  }
  assert.deepEqual(statuses, [201, 201, 409, 404, 200]);
});
