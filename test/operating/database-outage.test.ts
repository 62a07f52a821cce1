import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { HttpClient } from '../protocol/http-client.ts';
import { basicAuthorization } from '../protocol/registry-fixture.ts';
import { pushImage, startUpload } from '../protocol/sample-content.ts';
import { until } from '../security/until.ts';
import { commandPath } from '../tools/command-line.ts';
import { startLongshore } from '../tools/longshore.ts';
import { type PostgresServer, startPostgres } from '../tools/postgres.ts';
import { findProgram, requirePrograms } from '../tools/programs.ts';
import { startProcess } from '../tools/started-process.ts';
import { scrape } from './scrape.ts';

const programs = ['initdb', 'postgres', 'createdb'] as const;
const isPossible = programs.every((program) => findProgram(program) !== undefined);
const repository = 'outage/app';
let database: PostgresServer | undefined;
after(() => database?.stop());
const server = async (): Promise<PostgresServer> => (database ??= await startPostgres());

const settings = (url: string) => ({ LONGSHORE_METADATA_KIND: 'postgres', LONGSHORE_METADATA_URL: url });
/** What waits for the time of a statement, rather than for somebody to find that the database is away, takes longer than that. */
const boundMs = 180_000;
const patient = { LONGSHORE_METADATA_TIMEOUT_SECONDS: String((2 * boundMs) / 1000) };

/** So often everything is asked while the database is away: more than anybody may say about it. */
const refusedRounds = 10;

/** Two workers on a database of their own, with something to ask for. */
async function startWithImage(t: TestContext) {
  const url = await (await server()).createDatabase(`outage${performance.now().toFixed(0)}`);
  const registry = await startLongshore({ args: ['--anonymous', 'push', '--workers', '2'], env: { ...settings(url), ...patient } });
  t.after(() => registry.stop());
  const client = new HttpClient(registry.url);
  t.after(() => client.close());
  const place = { client, repository };
  const { digest, bytes } = await pushImage(place, 'v1');
  const upload = await startUpload(place);
  const authorization = basicAuthorization('admin', registry.adminPassword);
  const token = `/auth/token?service=longshore&scope=repository:${repository}:pull`;
  const ask =
    (method: string, path: string, body?: string, options = {}) =>
    async () => {
      const startedAt = performance.now();
      const answer = await client.send(method, path, { ...(body === undefined ? {} : { body }), ...options });
      return { what: `${method} ${path}`, ms: performance.now() - startedAt, ...answer };
    };
  const requests = [
    ask('GET', `/v2/${repository}/manifests/v1`),
    ask('HEAD', `/v2/${repository}/manifests/${digest}`),
    ask('GET', `/v2/${repository}/blobs/${digest}`),
    ask('GET', `/v2/${repository}/tags/list`),
    ask('GET', `/v2/${repository}/referrers/${digest}`),
    ask('GET', '/v2/_catalog'),
    ask('PUT', `/v2/${repository}/manifests/v2`, bytes, { headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' } }),
    ask('POST', `/v2/${repository}/blobs/uploads/`),
    ask('PATCH', upload, 'chunk'),
    ask('DELETE', `/v2/${repository}/manifests/v1`),
    ask('GET', token, undefined, { authorization }),
  ];
  return { registry, client, place, requests };
}

type Started = Awaited<ReturnType<typeof startWithImage>>;

/** Every kind of request is refused in time, in words that say what to do; what the slowest took, in milliseconds. */
async function allRefused({ requests }: Started): Promise<number> {
  let slowest = 0;
  for (const { what, ms, status, headers, body } of await Promise.all(requests.map((request) => request()))) {
    assert.equal(status, 503, `${what}: ${status} ${body}`);
    assert.match(String(headers['retry-after']), /^\d+$/, what);
    if (!what.startsWith('HEAD')) assert.match(String(body), /"UNAVAILABLE".*(repeat the request|try again)/, what);
    assert.ok(ms < boundMs, `${what} took ${ms} ms`);
    slowest = Math.max(slowest, ms);
  }
  return slowest;
}

/** A change by the API, and a login that would be refused: 503. Afterwards the change is not there, nor an entry of either. */
async function changeByApi({ client, registry }: Started): Promise<() => Promise<void>> {
  const authorization = basicAuthorization('admin', registry.adminPassword);
  const headers = { 'content-type': 'application/json' };
  const created = await client.send('POST', '/api/v1/projects', { authorization, headers, body: '{"name":"away"}' });
  assert.equal(created.status, 503, String(created.body));
  assert.match(String(created.headers['retry-after']), /^\d+$/);
  const wrong = await client.send('GET', '/v2/', { authorization: basicAuthorization('admin', 'wrong') });
  assert.equal(wrong.status, 503, 'nobody is refused without an entry');
  return async () => {
    assert.equal((await client.send('GET', '/api/v1/projects/away', { authorization })).status, 404);
    const { status, body } = await client.send('GET', '/api/v1/audit?limit=200', { authorization });
    assert.equal(status, 200, String(body));
    const { items } = JSON.parse(String(body)) as { items: { action: string; resource: { name: string } }[] };
    assert.deepEqual(
      items.filter(({ action, resource }) => resource.name === 'away' || action === 'login'),
      [],
    );
  };
}

/** What `/metrics` says of the database. */
const databaseUp = async ({ client }: Started): Promise<number> => (await scrape(client)).sum('registry_backend_up', 'backend="database"');

/** What `/readyz` and `/healthz` say. */
async function health({ client }: Started): Promise<string[]> {
  return Promise.all(['/readyz', '/healthz'].map(async (path) => String((await client.send('GET', path)).body)));
}

async function recovers({ client, place }: Started): Promise<void> {
  const startedAt = performance.now();
  // Both workers have to be well again.
  for (let good = 0; good < 20; ) {
    const { status } = await client.send('GET', `/v2/${repository}/tags/list`);
    good = status === 200 ? good + 1 : 0;
    await pause(5);
  }
  const ms = performance.now() - startedAt;
  assert.ok(ms < boundMs, `it took ${ms} ms`);
  await pushImage({ ...place, repository: 'outage/later' }, 'v1');
}

test('a database that is away', async (t) => {
  if (!isPossible) return void requirePrograms(t, ...programs);
  const postgres = await server();
  const started = await startWithImage(t);
  const { registry } = started;

  await t.test('restarted: every path answers 503 at once and says what to do; health tells it; it comes back by itself', async () => {
    assert.equal(await databaseUp(started), 1);
    await postgres.end('immediate');
    await allRefused(started);
    assert.equal(await databaseUp(started), 0);
    for (let round = 0; round < refusedRounds; round += 1) await allRefused(started);
    const denials = await changeByApi(started);
    assert.deepEqual(await health(started), ['not ready\ndatabase: cannot be reached: see the log for the cause\n', 'ok\n']);
    await postgres.start();
    await recovers(started);
    await denials();
    await until(async () => (await databaseUp(started)) === 1);
    await until(async () => (await health(started))[0]?.startsWith('ready\n') === true);
  });

  await t.test('silent: the same', async (t) => {
    postgres.freeze();
    t.after(() => postgres.thaw());
    const first = await allRefused(started);
    // Nobody waits for what has just been silent. Once more, for a busy machine.
    assert.ok(Math.min(await allRefused(started), await allRefused(started)) < first / 2, `the first took ${first} ms`);
    postgres.thaw();
    await recovers(started);
  });

  assert.doesNotMatch(registry.output(), /A worker died/);
  // Two workers, two outages; each of the six others that ask the database on their own says as much about them. Requests say nothing of
  // their own; a machine that is busy may see a third outage.
  const lines = registry.output().split('\n');
  assert.ok(lines.filter((line) => line.includes('The PostgreSQL database cannot be reached.')).length < refusedRounds);
  const said = lines.filter((line) => /"level":"(error|warn)"/.test(line) && !line.includes('"message":"request"'));
  assert.ok(said.length < 11 * refusedRounds, said.join('\n').slice(0, 5000));
});

test('a start waits for its database, and says so', async (t) => {
  if (!isPossible) return void requirePrograms(t, ...programs);
  const postgres = await server();
  const url = await postgres.createDatabase('late');
  const data = await mkdtemp(join(tmpdir(), 'longshore-late-'));
  t.after(() => rm(data, { recursive: true, force: true }));
  await postgres.end();
  const run = (ready: RegExp, verb: string, env: Record<string, string> = {}) =>
    startProcess(process.execPath, [commandPath, verb, '--data', data], {
      ready,
      env: { ...settings(url), LONGSHORE_LISTEN: '127.0.0.1:0', ...env },
    });
  await assert.rejects(
    run(/never/, 'migrate', { LONGSHORE_METADATA_WAIT_SECONDS: '1' }),
    /waiting for it \(metadata\.waitSeconds\)[\s\S]*cannot be reached; waited 1 s \(metadata\.waitSeconds\)/,
  );
  const late = await run(/cannot be reached yet; waiting for it/, 'serve');
  t.after(() => late.stop());
  await postgres.start();
  await until(() => /The PostgreSQL database is there\.[\s\S]*longshore is listening on /.test(late.output()));
});
