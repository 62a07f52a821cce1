import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseChallenge } from '@longshore/oci';
import { startRegistry } from '../protocol/registry-fixture.ts';

const forged = {
  'x-forwarded-for': '10.0.0.1',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'evil.example',
  forwarded: 'for=10.0.0.1;host=evil.example;proto=https',
};

async function realmOf(flags: readonly string[], headers: Record<string, string>): Promise<string | undefined> {
  await using registry = await startRegistry({ flags });
  const answer = await registry.client.send('GET', '/v2/', { headers });
  return parseChallenge(String(answer.headers['www-authenticate']))?.params['realm']?.replace(registry.host, 'HOST');
}

test('X-Forwarded-* of a peer that is not trusted is ignored', async () => {
  assert.equal(await realmOf([], forged), 'http://HOST/auth/token');
  assert.equal(await realmOf(['--trusted-proxies', '10.0.0.0/8'], forged), 'http://HOST/auth/token');
});

test('a trusted proxy says how the client reached it', async () => {
  assert.equal(await realmOf(['--trusted-proxies', '127.0.0.1'], forged), 'https://evil.example/auth/token');
});

test('a public URL wins over whatever anybody says', async () => {
  const flags = ['--public-url', 'https://registry.example', '--trusted-proxies', '127.0.0.1'];
  assert.equal(await realmOf(flags, forged), 'https://registry.example/auth/token');
});

test('a Host header that is no host does not get into the challenge', async () => {
  for (const host of ['a"b', 'a b', 'user@evil.example', 'evil.example/x', 'evil.example?', 'a:b', 'a:1:2']) {
    assert.equal(await realmOf([], { host }), 'http://localhost/auth/token', host);
  }
});

test('failed logins are counted against the address that the peer has, not the one it claims', async () => {
  await using registry = await startRegistry({ flags: [] });
  await registry.addUser('alice');
  const wrong = `Basic ${Buffer.from('alice:wrong').toString('base64')}`;
  const statuses: number[] = [];
  // The wait is doubled each time: some attempt comes before its end, however slow they are.
  for (let attempt = 0; attempt < 20 && !statuses.includes(429); attempt += 1) {
    const headers = { 'x-forwarded-for': `10.0.0.${attempt}` };
    statuses.push((await registry.client.send('GET', '/v2/', { authorization: wrong, headers })).status);
  }
  assert.ok(statuses.includes(429), `${statuses}`);
});
