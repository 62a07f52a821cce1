// A run that uses a secret of every kind, and then a look at everything that was written or sent in it.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { deriveKey } from '../../packages/server/src/identity/derived-key.ts';
import { unseal } from '../../packages/server/src/identity/sealed-secret.ts';
import { loadOrCreateSecretKey } from '../../packages/server/src/identity/secret-key.ts';
import { startHttpReceiver, startTcpReceiver } from '../audit/log-receivers.ts';
import { expectAnswer, jsonOf } from '../protocol/expected-answer.ts';
import { HttpClient } from '../protocol/http-client.ts';
import { basicAuthorization } from '../protocol/registry-fixture.ts';
import { pushImage } from '../protocol/sample-content.ts';
import { startLongshore } from '../tools/longshore.ts';
import { until } from './until.ts';

const directory = await mkdtemp(join(tmpdir(), 'longshore-secrets-'));
after(() => rm(directory, { recursive: true, force: true }));
const dataDir = join(directory, 'data');
const [hooked, collected, syslog] = await Promise.all([startHttpReceiver(), startHttpReceiver(), startTcpReceiver()]);
for (const receiver of [hooked, collected, syslog]) after(() => receiver.close());

/** By what they are, so that a failure does not show them. */
const secrets = new Map<string, string>([
  ['forward authorization', 'Bearer collector-secret-0123456789'],
  ['webhook secret', 'webhook-signing-secret-0123456789'],
  ['webhook header', 'webhook-header-secret-0123456789'],
  ['password', 'password-of-carol-0123456789'],
  ['new password', 'password-of-carol-afterwards-0123456789'],
  ['mistyped password', 'a-mistyped-password-0123456789'],
]);
const secret = (name: string): string => secrets.get(name) ?? assert.fail(name);

/** Does with secrets what is done with them, well and wrong. */
async function useAll(client: HttpClient, admin: string): Promise<void> {
  const send = async (method: string, path: string, status: number, json?: object, authorization = admin) => {
    const headers = { 'if-match': '*', ...(json !== undefined && { 'content-type': 'application/json' }) };
    const answer = await client.send(method, path, { authorization, headers, ...(json !== undefined && { body: JSON.stringify(json) }) });
    return expectAnswer(answer, { status }, `${method} ${path}`);
  };
  const bearer = (name: string) => `Bearer ${secret(name)}`;
  const logins = async (path: string, authorization: string) => {
    await send('GET', path, 200, undefined, authorization);
    await send('GET', path, 401, undefined, `${authorization}x`);
  };
  await send('POST', '/api/v1/users', 201, { name: 'carol', password: secret('password') });
  await send('PATCH', '/api/v1/users/carol', 200, { password: secret('new password') });
  const carol = basicAuthorization('carol', secret('new password'));
  for (const wrong of ['password', 'mistyped password'])
    await send('GET', '/v2/', 401, undefined, basicAuthorization('carol', secret(wrong)));
  // Typed where the name belongs.
  await send('GET', '/v2/', 401, undefined, basicAuthorization(secret('new password'), 'x'));

  const pat = jsonOf<{ secret?: string; token?: string }>(await send('POST', '/api/v1/users/carol/tokens', 201, { name: 'ci' }, carol));
  secrets.set('access token', pat.secret ?? pat.token ?? assert.fail('no token'));
  await logins('/api/v1/me', bearer('access token'));
  const robot = jsonOf<{ secret: string; robot: { id: string } }>(
    await send('POST', '/api/v1/robots', 201, { name: 'ci', permissions: [] }),
  );
  secrets.set('robot secret', robot.secret);
  await logins('/api/v1/me', bearer('robot secret'));
  const rotated = jsonOf<{ secret: string }>(await send('POST', `/api/v1/robots/${robot.robot.id}/rotate`, 200, {}));
  secrets.set('rotated robot secret', rotated.secret);
  await logins('/api/v1/me', bearer('rotated robot secret'));

  const scope = 'scope=repository:carol/app:pull,push&scope=repository:admin/app:pull,push,delete';
  const login = await send('GET', `/auth/token?offline_token=true&${scope}`, 200, undefined, carol);
  const { token, refresh_token: refresh } = jsonOf<{ token: string; refresh_token: string }>(login);
  secrets.set('registry token', token).set('refresh token', refresh);
  for (const [value, status] of [
    [refresh, 200],
    [`${refresh}x`, 401],
  ] as const) {
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: value }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expectAnswer(await client.send('POST', '/auth/token', { headers, body }), { status }, 'refresh');
  }
  const hook = {
    name: 'ci',
    url: `http://127.0.0.1:${hooked.port}/`,
    secret: secret('webhook secret'),
    headers: { 'X-Key': secret('webhook header') },
  };
  const { id } = jsonOf<{ id: string }>(await send('POST', '/api/v1/webhooks', 201, hook));
  await send('POST', `/api/v1/webhooks/${id}/test`, 202, {});
  await pushImage({ client, repository: 'carol/app', authorization: bearer('registry token') }, 'v1');
  await send('DELETE', '/v2/admin/app/manifests/v1', 403, undefined, bearer('registry token'));
  await send('GET', '/api/v1/me', 401, undefined, bearer('registry token'));
  await send('POST', '/api/v1/projects', 403, { name: 'mine' }, carol);
  await until(() => hooked.messages.some((line) => line.includes('tag.created')));
}

/** Everything in the database, cell by cell: also what is in no file any more. */
function dump(path: string): string {
  const db = new DatabaseSync(path, { readOnly: true });
  const tables = db.prepare("select name from sqlite_schema where type = 'table'").all() as { name: string }[];
  const cells = tables.flatMap(({ name }) =>
    db
      .prepare(`select * from "${name}"`)
      .all()
      .flatMap((row) => Object.values(row)),
  );
  db.close();
  return cells.map((cell) => (cell instanceof Uint8Array ? Buffer.from(cell).toString('latin1') : String(cell))).join('\n');
}

/** The private signing key as it is in memory: the database holds it sealed. */
function signingKey(path: string, secretKey: Uint8Array): Uint8Array {
  const db = new DatabaseSync(path, { readOnly: true });
  const row = db.prepare('select * from signing_keys').get() as Record<string, string>;
  db.close();
  const sealed = Object.values(row).find((cell) => String(cell).startsWith('v1.')) ?? assert.fail('no sealed key');
  // PKCS #8 of Ed25519 ends with the key.
  return unseal(deriveKey(secretKey, 'signing keys'), `signing key ${row['id']}`, sealed).slice(-32);
}

test('no secret of any kind is in the database, the log, the audit log, its exports, or what is sent elsewhere', async () => {
  const authorizationFile = join(directory, 'collector');
  await writeFile(authorizationFile, secret('forward authorization'), { mode: 0o600 });
  const receivers = `http://127.0.0.1:${collected.port}/,syslog+tcp://127.0.0.1:${syslog.port}`;
  const args = ['--log-level', 'debug', '--durability', 'relaxed', '--outgoing-allow', '127.0.0.1', '--outgoing-ports', '1-65535'];
  args.push('--audit-forward', receivers, '--audit-forward-authorization-file', authorizationFile);
  const server = await startLongshore({ dataDir, args });
  after(() => server.stop());
  const client = new HttpClient(server.url);
  after(() => client.close());
  const admin = basicAuthorization('admin', server.adminPassword);
  secrets.set('admin password', server.adminPassword);
  await useAll(client, admin);
  const exported = await Promise.all(
    ['audit/export/csv', 'audit/export/jsonl', 'audit?limit=200', 'webhooks', 'webhooks/1/deliveries', 'robots', 'users/carol/tokens'].map(
      async (path) => expectAnswer(await client.send('GET', `/api/v1/${path}`, { authorization: admin }), { status: 200 }, path).body,
    ),
  );
  const last = (JSON.parse(String(exported[2])) as { items: { id: string }[] }).items[0]?.id ?? assert.fail('no entries');
  await until(() => collected.messages.some((line) => JSON.parse(line).id === last) && syslog.messages.join().includes(`id="${last}"`));
  await server.stop();

  const names = await readdir(dataDir, { recursive: true });
  const database = join(dataDir, 'longshore.db');
  const files = await Promise.all(
    names.filter((name) => name.startsWith('longshore.db')).map((name) => readFile(join(dataDir, name), 'latin1')),
  );
  const places = new Map([
    ['database', dump(database)],
    ['files of the database', files.join()],
    ['log', server.output()],
    ['exports and answers', exported.join()],
    ['messages to the HTTP receiver', collected.messages.join()],
    ['messages to the syslog receiver', syslog.messages.join()],
    [
      'deliveries of the webhook',
      hooked.messages.join() + JSON.stringify(hooked.requests.map(({ headers: { 'x-key': _, ...rest } }) => rest)),
    ],
  ]);
  for (const [place, text] of places) assert.match(text, /carol/, `there is something in: ${place}`);
  assert.equal(collected.requests[0]?.headers.authorization, secret('forward authorization'));

  const keyBytes = await loadOrCreateSecretKey(join(dataDir, 'secret.key'));
  const raw = new Map<string, Uint8Array>([
    ['secret key', keyBytes],
    ['signing key', signingKey(database, keyBytes)],
  ]);
  for (const [name, value] of secrets) raw.set(name, Buffer.from(value));
  for (const [name, bytes] of raw) {
    const buffer = Buffer.from(bytes);
    // Of base64 what does not hang on what stands before and after it.
    const forms = [
      buffer.toString('latin1'),
      buffer.toString('hex'),
      buffer.toString('base64').slice(0, -4),
      buffer.toString('base64url').slice(0, -4),
    ];
    for (const form of forms) {
      for (const [place, text] of places) assert.ok(!text.includes(form), `${name} in: ${place}`);
    }
  }
  const signature = secret('registry token').split('.')[2] ?? '';
  assert.ok(signature.length > 20);
  for (const [place, text] of places) assert.ok(!text.includes(signature), `signature of a token in: ${place}`);
});
