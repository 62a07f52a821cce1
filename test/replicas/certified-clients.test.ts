// Client certificates where several processes share PostgreSQL: authorities between, what comes of a certificate, and its end.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { ClientAuthority, type ClientPair } from '../tools/client-authority.ts';
import { startLongshore } from '../tools/longshore.ts';
import { startPostgres } from '../tools/postgres.ts';
import { requirePrograms } from '../tools/programs.ts';

const clients = 8;

test('every worker takes a certificate, what was got with it at another, and its revocation', async (t) => {
  if (requirePrograms(t, 'initdb', 'postgres') === undefined) return;
  const directory = await mkdtemp(join(tmpdir(), 'longshore-certified-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const root = new ClientAuthority();
  const team = new ClientAuthority('Team CA', { above: root });
  const [authorities, list] = [join(directory, 'clients.pem'), join(directory, 'clients.crl')];
  const revoke = (...pairs: ClientPair[]) => writeFile(list, root.revoke([]) + team.revoke(pairs));
  await writeFile(authorities, root.cert);
  await revoke();
  const database = await startPostgres();
  t.after(() => database.stop());
  const tls = ['--tls-self-signed', '127.0.0.1', '--tls-client-certificates', 'optional', '--tls-client-authorities', authorities];
  const server = await startLongshore({
    args: [...tls, '--tls-client-revocations', list, '--tls-client-users', 'common-name', '--workers', '2', '--metadata-kind', 'postgres'],
    env: { LONGSHORE_METADATA_URL: database.url },
  });
  t.after(() => server.stop());
  const ca = await readFile(join(server.dataDir, 'tls', 'ca.crt'), 'utf8');
  const open = ({ cert, key }: Partial<ClientPair> = {}) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca, ...(cert && key && { cert, key }) });
    t.after(() => agent.destroy());
    return (path: string, { body, ...headers }: Record<string, string> = {}) => ask(agent, new URL(path, server.url), headers, body);
  };
  const authorization = `Basic ${Buffer.from(`admin:${server.adminPassword}`).toString('base64')}`;
  const body = JSON.stringify({ name: 'alice', password: 'a password of some length' });
  const made = await open()('/api/v1/users', { authorization, body, 'content-type': 'application/json' });
  assert.equal(made.status, 201, made.text);

  const pair = team.issue({ commonName: 'alice' });
  const connections = Array.from({ length: clients }, () => open(pair));
  const { token } = JSON.parse((await open(pair)('/auth/token?service=longshore')).text) as { token: string };
  const sockets: TLSSocket[] = [];
  for (const get of connections) {
    const { socket, text } = await get('/api/v1/me');
    sockets.push(socket);
    assert.equal((JSON.parse(text) as { credential: string }).credential, 'certificate:alice');
    assert.equal((await get('/v2/', { authorization: `Bearer ${token}` })).status, 200);
  }
  assert.equal((await open()('/v2/', { authorization: `Bearer ${token}` })).status, 401);
  // What PostgreSQL could not even be asked for is nobody's name.
  for (const commonName of ['alice\0', 'alice\0.example', 'ALICE', 'аlice', ' alice', 'x'.repeat(10_000)]) {
    const { status, text } = await open(team.issue({ commonName }))('/v2/');
    assert.deepEqual([status, /stands for nobody here/.test(text)], [401, true], `${JSON.stringify(commonName.slice(0, 20))}: ${text}`);
  }

  const closed = Promise.all(sockets.map((socket) => once(socket, 'close')));
  await revoke(pair);
  await closed;
  for (const get of connections) assert.match((await get('/v2/')).text, /it was revoked/);
});

function ask(agent: Agent, url: URL, headers: Record<string, string>, body?: string) {
  return new Promise<{ status: number; text: string; socket: TLSSocket }>((resolve, reject) => {
    const sent = request(url, { agent, headers, method: body === undefined ? 'GET' : 'POST' }, async (response) => {
      const socket = response.socket as TLSSocket;
      let text = '';
      for await (const piece of response) text += String(piece);
      resolve({ status: response.statusCode ?? 0, text, socket });
    });
    sent.on('error', reject).end(body);
  });
}
