import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type ClientHttp2Session, connect } from 'node:http2';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, mock, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { systemAgent } from '../../packages/server/src/registry/ports/agent.ts';
import { basicAuthorization, startRegistry } from '../protocol/registry-fixture.ts';
import { pushImage } from '../protocol/sample-content.ts';
import { ClientAuthority, type ClientPair } from '../tools/client-authority.ts';

const directory = await mkdtemp(join(tmpdir(), 'longshore-clients-'));
const authority = new ClientAuthority();
const stranger = new ClientAuthority('Strangers CA');
const [authorityFile, listFile] = [join(directory, 'clients.pem'), join(directory, 'clients.crl')];
await writeFile(authorityFile, authority.cert);
await writeFile(listFile, authority.revoke([]));
const registry = await startRegistry({
  transport: 'https',
  flags: [
    ...['--tls-client-certificates', 'optional', '--tls-client-authorities', authorityFile, '--tls-client-revocations', listFile],
    ...['--tls-client-users', 'common-name'],
  ],
});
after(async () => {
  await registry.stop();
  await rm(directory, { recursive: true, force: true });
});
const ca = await readFile(join(registry.data, 'tls', 'ca.crt'), 'utf8');
const owner = await registry.addUser('owner', { team: 'owner' });
const root = await registry.addUser('root');
await registry.metadata.updateUser({ id: root.user.id, administrator: true, at: Date.now() });
await pushImage({ client: registry.client, repository: 'team/app', authorization: owner.basic }, '1');

interface Said {
  readonly status: number;
  readonly text: string;
  readonly socket: TLSSocket;
}

/** Speaks HTTP/1.1 over connections that show a certificate, and keeps them. */
class CertifiedClient {
  readonly #agent: Agent;

  constructor(pair?: ClientPair, session?: Buffer) {
    this.#agent = new Agent({
      keepAlive: true,
      ca,
      maxSockets: 1,
      ...(pair && { cert: pair.cert, key: pair.key }),
      ...(session && { session }),
    });
  }

  ask(path: string, headers: Readonly<Record<string, string>> = {}, { method = 'GET', body = '' } = {}): Promise<Said> {
    return new Promise((resolve, reject) => {
      const sent = request(`${registry.url}${path}`, { method, headers, agent: this.#agent }, async (response) => {
        const socket = response.socket as TLSSocket;
        let text = '';
        for await (const piece of response) text += String(piece);
        resolve({ status: response.statusCode ?? 0, text, socket });
      });
      sent.on('error', reject).end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

const manifest = '/v2/team/app/manifests/1';

async function asking(pair: ClientPair | undefined, path: string, headers?: Readonly<Record<string, string>>): Promise<Said> {
  const client = new CertifiedClient(pair);
  try {
    return await client.ask(path, headers);
  } finally {
    client.close();
  }
}

async function api(method: string, path: string, authorization: string, json?: object) {
  const body = json === undefined ? {} : { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } };
  const answer = await registry.client.send(method, `/api/v1${path}`, { authorization, ...body });
  const text = answer.body.toString();
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text) };
}

/** A robot of team that trusts certificates of which a rule is true. */
async function robotWithTrust(name: string, rule: string) {
  const made = await api('POST', '/projects/team/robots', owner.basic, { name, permissions: [{ role: 'reader' }] });
  const self = `/projects/team/robots/${made.body.robot.id}`;
  const trusted = await api('POST', `${self}/trusts`, root.basic, { issuer: 'client-certificates', rule });
  assert.equal(trusted.status, 201, JSON.stringify(trusted.body));
  return { self, trust: `${self}/trusts/${trusted.body.trust.id}`, credential: `certificate:${trusted.body.trust.id}` };
}

const me = async (pair: ClientPair, headers?: Readonly<Record<string, string>>) => asking(pair, '/api/v1/me', headers);
const tokenFor = async (pair: ClientPair) => {
  const { text } = await asking(pair, `/auth/token?service=longshore&scope=repository:team/app:pull&offline_token=true`);
  const issued = JSON.parse(text) as { token: string; expires_in: number; refresh_token?: string };
  assert.ok(issued.token, text);
  return issued;
};
const builder = await robotWithTrust('builder', 'claims.commonName == "builder" && "ci.example" in claims.dns');
const pairOfBuilder = (more: object = {}): ClientPair => authority.issue({ commonName: 'builder', dns: ['ci.example'], ...more });

test('a certificate proves the robot whose trust is true of it, and nobody needs one', async () => {
  const pair = pairOfBuilder();
  assert.equal((await asking(pair, manifest)).status, 200);
  const who = JSON.parse((await me(pair)).text);
  assert.equal(who.credential, builder.credential);
  const without = await asking(undefined, manifest);
  assert.equal(without.status, 401);
  assert.doesNotMatch(without.text, /certificate/);
  assert.equal((await asking(undefined, manifest, { authorization: owner.basic })).status, 200);
});

test('a certificate that proves nothing is refused with why, and the handshake is not', async () => {
  const revoked = pairOfBuilder();
  await writeList([revoked]);
  const rows: readonly (readonly [ClientPair, RegExp])[] = [
    [pairOfBuilder({ from: -7200, until: -3600 }), /it has expired/],
    [pairOfBuilder({ from: 3600 }), /it is not valid yet/],
    [pairOfBuilder({ usage: 'serverAuth' }), /it is not for clients/],
    [stranger.issue({ commonName: 'builder', dns: ['ci.example'] }), /no authority that is trusted here/],
    [revoked, /it was revoked/],
    [authority.issue({ commonName: 'nobody' }), /stands for nobody here/],
  ];
  for (const [pair, why] of rows) {
    for (const path of [manifest, '/v2/', '/auth/token', '/api/v1/me']) {
      const { status, text } = await asking(pair, path);
      assert.equal(status, 401, `${path} ${why}`);
      assert.match(text, why);
    }
    assert.equal((await asking(pair, manifest, { authorization: owner.basic })).status, 200, 'Authorization is looked at alone');
  }
});

test('a certificate does nothing beside an Authorization, be that wrong', async () => {
  const wrong = basicAuthorization('owner', 'wrong');
  assert.equal((await asking(pairOfBuilder(), manifest, { authorization: wrong })).status, 401);
});

test('what a browser sends for a page of another site is not by its certificate', async () => {
  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ]) {
    assert.equal((await me(pairOfBuilder(), headers)).text.includes('certificate:'), false, JSON.stringify(headers));
    assert.equal((await asking(pairOfBuilder(), manifest, headers)).status, 401, JSON.stringify(headers));
  }
  assert.equal((await asking(pairOfBuilder(), manifest, { origin: registry.url, 'sec-fetch-site': 'same-origin' })).status, 200);
});

test('rules over certificates are made by administrators, and where several are true nobody is taken by chance', async () => {
  const made = await api('POST', '/projects/team/robots', owner.basic, { name: 'greedy', permissions: [{ role: 'reader' }] });
  const rule = 'claims.commonName == "builder"';
  const path = `/projects/team/robots/${made.body.robot.id}/trusts`;
  assert.equal((await api('POST', path, owner.basic, { issuer: 'client-certificates', rule })).status, 403);
  const trusted = await api('POST', path, root.basic, { issuer: 'client-certificates', rule });
  assert.equal(trusted.status, 201);
  assert.equal((await asking(pairOfBuilder(), manifest)).status, 401);
  assert.equal((await api('DELETE', `${path}/${trusted.body.trust.id}`, owner.basic)).status, 204);
  assert.equal((await asking(pairOfBuilder(), manifest)).status, 200);
});

test('whose certificate it is does not depend on what is asked for', async () => {
  const scope = 'repository:elsewhere/app:pull';
  assert.equal((await asking(pairOfBuilder(), `/auth/token?service=longshore&scope=${scope}`)).status, 200);
});

test('a registry token that was got with a certificate is good where that is shown alone, and no longer than it and its trust', async () => {
  const pair = pairOfBuilder({ until: 200 });
  const robot = await robotWithTrust('bound', 'claims.commonName == "bound"');
  const bound = authority.issue({ commonName: 'bound', until: 200 });
  const { token, expires_in: seconds, refresh_token: refresh } = await tokenFor(bound);
  assert.ok(seconds <= 200, String(seconds));
  assert.equal(refresh, undefined);
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  assert.deepEqual(Object.keys(claims.cnf), ['x5t#S256']);
  const authorization = `Bearer ${token}`;
  assert.equal((await asking(bound, manifest, { authorization })).status, 200);
  assert.equal((await asking(undefined, manifest, { authorization })).status, 401);
  assert.equal((await asking(pair, manifest, { authorization })).status, 401);
  await api('DELETE', robot.trust, owner.basic);
  assert.equal((await asking(bound, manifest, { authorization })).status, 401);
});

test('a certificate that ends on an open connection proves nothing from then on, and neither does its token', async () => {
  const pair = pairOfBuilder({ until: 200 });
  const client = new CertifiedClient(pair);
  const { token } = await tokenFor(pair);
  const before = await client.ask(manifest);
  mock.timers.enable({ apis: ['Date'], now: Date.now() + 201_000 });
  try {
    const after = await client.ask(manifest);
    assert.equal(after.socket, before.socket);
    assert.deepEqual([before.status, after.status], [200, 401]);
    assert.match(after.text, /it has expired/);
    assert.equal((await client.ask(manifest, { authorization: `Bearer ${token}` })).status, 401);
  } finally {
    mock.timers.reset();
    client.close();
  }
});

test('revocation reaches open connections of HTTP/1.1, and sessions of TLS are not resumed after it', async () => {
  const pair = pairOfBuilder();
  const client = new CertifiedClient(pair);
  const { status, socket } = await client.ask(manifest);
  assert.equal(status, 200);
  const session = socket.getSession() ?? assert.fail();
  const resumed = new CertifiedClient(pair, session);
  const again = await resumed.ask(manifest);
  assert.deepEqual([again.status, again.socket.isSessionReused()], [200, true]);
  resumed.close();
  const closed = once(socket, 'close');
  await writeList([pair]);
  await closed;
  assert.match((await client.ask(manifest)).text, /it was revoked/);
  const later = new CertifiedClient(pair, session);
  const refused = await later.ask(manifest);
  assert.deepEqual([refused.status, refused.socket.isSessionReused()], [401, false]);
  client.close();
  later.close();
});

test('revocation reaches open connections of HTTP/2', async () => {
  const pair = pairOfBuilder();
  const open = () => connect(registry.url, { ca, cert: pair.cert, key: pair.key });
  const session = open();
  assert.equal(await statusOver(session), 200);
  const left = once(session, 'goaway');
  await writeList([pair]);
  await left;
  const next = open();
  assert.equal(await statusOver(next), 401);
  session.destroy();
  next.destroy();
});

test('a list of revocations that is out of date, or of another authority, lets nobody in by a certificate', async () => {
  const pair = pairOfBuilder();
  await changeList(authority.revoke([], -60));
  assert.match((await asking(pair, manifest)).text, /the list of revocations of its authority is out of date/);
  await changeList(stranger.revoke([]));
  assert.match((await asking(pair, manifest)).text, /there is no list of revocations/);
  assert.equal((await asking(undefined, manifest, { authorization: owner.basic })).status, 200);
  await changeList(authority.revoke([]));
  assert.equal((await asking(pair, manifest)).status, 200);
});

test('a common name stands for a user of that name, but never for an administrator, nor round a second factor or a disabled account', async () => {
  const user = await registry.addUser('alice', { team: 'reader' });
  const pair = authority.issue({ commonName: 'alice' });
  const who = JSON.parse((await me(pair)).text);
  assert.deepEqual([who.name, who.credential], ['alice', 'certificate:alice']);
  assert.equal((await asking(pair, manifest)).status, 200);
  const bound = await tokenFor(pair);
  assert.equal(bound.refresh_token, undefined);
  assert.equal((await asking(undefined, manifest, { authorization: `Bearer ${bound.token}` })).status, 401);
  const client = new CertifiedClient(pair);
  const body = JSON.stringify({ name: 'lasting' });
  const made = await client.ask('/api/v1/users/alice/tokens', { 'content-type': 'application/json' }, { method: 'POST', body });
  assert.equal(made.status, 403, made.text);
  client.close();
  assert.match((await asking(authority.issue({ commonName: 'root' }), manifest)).text, /stands for nobody here/);
  await registry.metadata.updateUser({ id: user.user.id, disabled: true, at: Date.now() });
  assert.equal((await asking(pair, manifest)).status, 401);
  assert.equal((await asking(pair, manifest, { authorization: `Bearer ${bound.token}` })).status, 401);
});

test('who chooses a name at a provider keeps no robot of that common name out, and is not it', async () => {
  const pair = authority.issue({ commonName: 'runner' });
  const robot = await robotWithTrust('runner', 'claims.commonName == "runner"');
  const said = { email: undefined, administrator: undefined, renewal: undefined, checkAfter: undefined };
  const person = {
    provider: 'idp',
    externalId: 'id-of-somebody',
    externalName: 'runner',
    createUsers: true,
    names: ['runner'],
    groups: [],
  };
  const signedIn = await registry.metadata.signInExternal({ ...person, ...said, by: systemAgent('test'), at: Date.now() });
  assert.ok(signedIn.kind === 'user' && signedIn.user.name === 'runner');
  assert.equal(JSON.parse((await me(pair)).text).credential, robot.credential);
  await api('DELETE', robot.trust, owner.basic);
  assert.equal((await me(pair)).status, 401);
});

async function writeList(revoked: readonly ClientPair[]): Promise<void> {
  await changeList(authority.revoke(revoked));
}

/** Gives the registry another list, and waits until it has it: then connections that were made before are ended. */
async function changeList(list: string): Promise<void> {
  const probe = new CertifiedClient(pairOfBuilder());
  const { socket } = await probe.ask('/v2/');
  const closed = once(socket, 'close');
  await writeFile(listFile, list);
  await closed;
  probe.close();
}

async function statusOver(session: ClientHttp2Session): Promise<number> {
  const stream = session.request({ ':path': manifest });
  const [headers] = (await once(stream, 'response')) as [{ ':status': number }];
  stream.resume();
  await once(stream, 'close');
  return headers[':status'];
}
