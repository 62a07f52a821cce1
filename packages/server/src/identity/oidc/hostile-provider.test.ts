import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { until } from '../../../../../test/security/until.ts';
import { endpointsNamedBy } from '../../outgoing/named-endpoints.ts';
import type { SignInProvider } from '../../registry/ports/sign-in.ts';
import { createSecretBox } from '../secret-box.ts';
import { OidcSignIn } from './oidc-sign-in.ts';

const callbackUrl = 'https://registry.test/auth/callback/idp';
type Serve = (request: IncomingMessage, response: ServerResponse) => void;

interface HostileOptions {
  readonly metadata?: (issuer: string) => object;
  readonly token?: Serve;
  readonly allow?: readonly string[];
  readonly timeoutMs?: number;
}

/** A provider of our own making, a registry that signs people in there, and how often each path was asked. */
async function bench(t: TestContext, { metadata = () => ({}), token = refuse, allow = [], timeoutMs = 20_000 }: HostileOptions = {}) {
  const asked = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.set(path, (asked.get(path) ?? 0) + 1);
    if (path === '/token') return token(request, response);
    const usual = { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks` };
    sendJson(response, 200, { ...usual, ...metadata(issuer) });
  });
  const issuer = `http://127.0.0.1:${await listen(t, server, '127.0.0.1')}`;
  let later = 0;
  const settings = {
    ...{ name: 'idp', title: 'Company', issuer, clientId: 'longshore', authorities: async () => [], scopes: [] },
    ...{
      nameClaim: 'preferred_username',
      groupsClaim: 'groups',
      requireAuthTime: true,
      timeoutMs,
      endpoints: endpointsNamedBy(issuer, allow),
    },
  };
  const provider = new OidcSignIn({
    settings,
    box: createSecretBox(randomBytes(32), 'test'),
    now: Date.now,
    elapsed: () => performance.now() + later,
  });
  return { provider, asked: (path: string) => asked.get(path) ?? 0, pass: (ms: number) => (later += ms) };
}

async function listen(t: TestContext, server: Pick<Server, 'listen' | 'address' | 'close' | 'once'>, host: string): Promise<number> {
  server.listen(0, host);
  await once(server as Server, 'listening');
  t.after(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function refuse(_: IncomingMessage, response: ServerResponse): void {
  sendJson(response, 400, { error: 'invalid_grant' });
}

/** Comes back from the provider with a code that is none. */
async function comeBack(provider: SignInProvider, address = '192.0.2.7') {
  const begun = await provider.start({ callbackUrl, again: false });
  assert.ok('redirect' in begun, JSON.stringify(begun));
  const state = new URL(begun.redirect).searchParams.get('state') ?? '';
  const url = new URL(`${callbackUrl}?code=none&state=${state}`);
  const proof = await provider.finish({ callbackUrl, url, kept: begun.kept, address });
  assert.ok(proof.kind !== 'proved');
  return proof;
}

for (const host of ['127.0.0.2', 'localhost', '[::ffff:127.0.0.2]']) {
  test(`a provider that sends us to ${host} is not followed, unless an administrator allows that`, async (t) => {
    let connections = 0;
    const inside = createTcpServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    const port = await listen(t, inside as unknown as Server, host === 'localhost' ? '127.0.0.1' : '127.0.0.2');
    const metadata = () => ({ token_endpoint: `https://${host}:${port}/token` });
    const proof = await comeBack((await bench(t, { metadata })).provider);
    assert.equal(proof.kind, 'away');
    assert.match(proof.detail, /sends us to '.*outgoing\.allow/);
    assert.equal(connections, 0);
    const allowed = await comeBack((await bench(t, { metadata, allow: ['127.0.0.0/8', 'localhost'] })).provider);
    assert.equal(allowed.kind, 'away');
    assert.equal(connections, 1, allowed.detail);
  });
}

test('logins that fail make us ask a provider about itself no more often than every ten seconds', async (t) => {
  const { provider, asked, pass } = await bench(t);
  for (let times = 0; times < 5; times += 1) assert.equal((await comeBack(provider)).kind, 'refused');
  assert.equal(asked('/.well-known/openid-configuration'), 1);
  assert.equal(asked('/token'), 5);
  pass(10_000);
  await comeBack(provider);
  assert.equal(asked('/.well-known/openid-configuration'), 2, 'its keys may have changed');
});

test('a provider that cannot be asked is not asked again by everybody', async (t) => {
  const { provider, asked, pass } = await bench(t, { metadata: () => ({ issuer: 'https://another.example' }) });
  const start = async () => 'kind' in (await provider.start({ callbackUrl, again: false }));
  for (let times = 0; times < 5; times += 1) assert.ok(await start());
  assert.equal(asked('/.well-known/openid-configuration'), 1);
  pass(1100);
  assert.ok(await start());
  assert.equal(asked('/.well-known/openid-configuration'), 2);
});

test('whoever comes back with codes that are none asks the provider about sixteen at a time, and keeps nobody else waiting', async (t) => {
  const waiting: ServerResponse[] = [];
  let isSlow = true;
  const { provider, asked } = await bench(t, {
    token: (request, response) => (isSlow ? void waiting.push(response) : refuse(request, response)),
  });
  const proofs = Array.from({ length: 100 }, () => comeBack(provider));
  assert.match((await Promise.race(proofs)).detail, /too many logins wait/);
  const other = comeBack(provider, '198.51.100.7');
  await until(() => asked('/token') === 16);
  isSlow = false;
  for (const response of waiting) refuse(response.req, response);
  assert.match((await other).detail, /invalid_grant/, 'whoever comes from elsewhere has a line of their own');
  const outcomes = await Promise.all(proofs);
  assert.equal(outcomes.filter(({ kind }) => kind === 'refused').length, 16 + 32);
});

for (const [what, token, says, timeoutMs = 20_000] of [
  ['endless', endless, /longer than 1048576 bytes/],
  ['dripping', (_, response) => void response.write('{'), /did not answer in time/, 1500],
  [
    'compressed',
    (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'application/json' }).end('x'),
    /JSON|parse/i,
  ],
  ['redirecting', (_, response) => void response.writeHead(307, { location: '/elsewhere' }).end(), /unexpected/],
] as const satisfies readonly (readonly [string, Serve, RegExp, number?])[]) {
  test(`${what}: the answer to a code makes no login, within the bounds`, async (t) => {
    const { provider, asked } = await bench(t, { token, timeoutMs });
    assert.match((await comeBack(provider)).detail, says);
    assert.equal(asked('/elsewhere'), 0);
  });
}

function endless(_: IncomingMessage, response: ServerResponse): void {
  const more = () => {
    while (!response.destroyed && response.write(' '.repeat(65_536)));
  };
  response.on('drain', more);
  more();
}

test('a provider that names a script as the place to sign out offers none', async (t) => {
  for (const [endpoint, offers] of [
    ['javascript:alert(1)', false],
    ['data:text/html,hello', false],
    ['https://sso.test/out', true],
  ] as const) {
    const { provider } = await bench(t, { metadata: () => ({ end_session_endpoint: endpoint }) });
    const place = await provider.signOut('https://registry.test/auth/sign-out');
    assert.equal(place !== undefined && 'url' in place && place.url.startsWith(endpoint), offers, endpoint);
  }
  assert.equal(await (await bench(t)).provider.signOut('https://registry.test/auth/sign-out'), undefined);
});

test('a provider that sends browsers to what is no address of the web is away', async (t) => {
  for (const endpoint of ['javascript:alert(1)', 'data:text/html,hello', 'no address']) {
    const { provider } = await bench(t, { metadata: () => ({ authorization_endpoint: endpoint }) });
    const begun = await provider.start({ callbackUrl, again: false });
    assert.equal('kind' in begun && begun.kind, 'away', endpoint);
  }
});
