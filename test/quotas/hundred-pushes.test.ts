import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { scrape } from '../operating/scrape.ts';
import { HttpClient } from '../protocol/http-client.ts';
import { basicAuthorization } from '../protocol/registry-fixture.ts';
import { digestOf, octets } from '../protocol/sample-content.ts';
import { until } from '../security/until.ts';
import { type Longshore, startLongshore } from '../tools/longshore.ts';
import { startPostgres } from '../tools/postgres.ts';
import { queryPostgres } from '../tools/postgres-query.ts';
import { requirePrograms } from '../tools/programs.ts';
import { runProgram } from '../tools/run-program.ts';

const blobBytes = 10_000;
const adminPassword = 'of a hundred pushes';
const authorization = basicAuthorization('admin', adminPassword);
const main = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url));
const flags = ['--durability', 'relaxed', '--log-level', 'error', '--gc-schedule', 'off'];

/** What an account says, and what a recount of the same says. */
const recount = `select p.name, u.bytes, u.tags, coalesce(u.limit_bytes, -1) as most,
  (select coalesce(sum(b.size), 0) from blobs b where b.id in (select rb.blob_id from repository_blobs rb
     join repositories r on r.id = rb.repository_id where r.project_id = p.id))
   + (select coalesce(sum(m.size), 0) from manifests m join repositories r on r.id = m.repository_id where r.project_id = p.id) as counted_bytes,
  (select count(*) from tags t join repositories r on r.id = t.repository_id where r.project_id = p.id) as counted_tags
  from projects p join usage u on u.project_id = p.id order by p.name`;

interface Account {
  readonly name: string;
  readonly bytes: number;
  readonly tags: number;
  readonly most: number;
  readonly counted_bytes: number;
  readonly counted_tags: number;
}

/** Servers over one database, in turns, and what that database says of accounts. */
class Bench {
  readonly #clients: readonly HttpClient[];
  readonly accounts: () => Promise<readonly Account[]>;
  /** Collects everything that nothing needs, however young it is. */
  readonly collect: () => Promise<unknown>;
  #turn = 0;

  constructor(
    servers: readonly Longshore[],
    at: { args: readonly string[]; env?: Record<string, string>; accounts: () => Promise<readonly Account[]> },
  ) {
    this.#clients = servers.map(({ url }) => new HttpClient(url));
    this.accounts = at.accounts;
    const args = [main, 'gc', ...at.args, '--gc-grace-hours', '0', '--gc-untagged', 'delete', '--gc-untagged-after-hours', '0'];
    this.collect = () => runProgram(process.execPath, args, at.env === undefined ? {} : { env: at.env });
  }

  async send(method: string, path: string, body?: Uint8Array | string, headers: Record<string, string> = octets) {
    this.#turn += 1;
    const client = this.#clients[this.#turn % this.#clients.length] ?? assert.fail();
    return client.send(method, path, { authorization, headers, ...(body !== undefined && { body }) });
  }

  async push(repository: string, content: Uint8Array = randomBytes(blobBytes)): Promise<number> {
    return (await this.send('POST', `/v2/${repository}/blobs/uploads/?digest=${digestOf(content)}`, content)).status;
  }

  /** Pushes an index that lists nothing, of as many bytes as blobs have, with or without a tag. */
  async pushManifest(repository: string, tag?: string): Promise<number> {
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const text = (filler: string) => JSON.stringify({ schemaVersion: 2, mediaType, manifests: [], annotations: { filler } });
    const body = text(
      randomBytes(blobBytes / 2)
        .toString('hex')
        .slice(text('').length),
    );
    assert.equal(body.length, blobBytes);
    const path = `/v2/${repository}/manifests/${tag ?? digestOf(body)}`;
    return (await this.send('PUT', path, body, { 'content-type': mediaType })).status;
  }

  async limit(project: string, limitBytes: number): Promise<void> {
    const path = `/api/v1/projects/${project}/quota`;
    for (;;) {
      const etag = String((await this.send('GET', path)).headers.etag);
      const headers = { 'content-type': 'application/json', 'if-match': etag };
      const { status } = await this.send('PATCH', path, JSON.stringify({ limitBytes }), headers);
      if (status === 200) return;
      assert.equal(status, 412);
    }
  }

  /** Asserts that every account is what a recount finds. */
  async recounted(): Promise<Map<string, Account>> {
    const accounts = await this.accounts();
    for (const account of accounts) {
      assert.deepEqual([account.bytes, account.tags], [Number(account.counted_bytes), account.counted_tags], account.name);
    }
    return new Map(accounts.map((account) => [account.name, account]));
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }
}

async function atTheLimit(bench: Bench): Promise<void> {
  await Promise.all(['team', 'a', 'b', 'c'].map((project) => bench.push(`${project}/app`)));
  await bench.limit('team', 31 * blobBytes + 5);
  const pushes = await Promise.all(Array.from({ length: 100 }, (_, index) => bench.push(`team/app${index % 5}`)));
  assert.equal(pushes.filter((status) => status === 201).length, 30, 'as many as fit');
  assert.equal(pushes.filter((status) => status === 413).length, 70);
  assert.equal((await bench.recounted()).get('team')?.bytes, 31 * blobBytes);

  for (const project of ['a', 'b', 'c']) await bench.limit(project, 11 * blobBytes);
  const spread = await Promise.all(Array.from({ length: 99 }, (_, index) => bench.push(`${'abc'[index % 3] ?? ''}/app`)));
  assert.equal(spread.filter((status) => status === 201).length, 30);
  for (const name of ['a', 'b', 'c']) assert.equal((await bench.recounted()).get(name)?.bytes, 11 * blobBytes);
}

async function fullOfManifests(bench: Bench): Promise<void> {
  assert.equal(await bench.pushManifest('lists/app', 'latest'), 201);
  await bench.limit('lists', 31 * blobBytes + 5);
  // Of each three one has a tag, one has none, and one moves the same tag.
  const tags = (index: number) => [`v${index}`, undefined, 'latest'][index % 3];
  const pushes = Array.from({ length: 100 }, (_, index) => bench.pushManifest(`lists/app${index % 5}`, tags(index)));
  const statuses = await Promise.all(pushes);
  assert.equal(statuses.filter((status) => status === 201).length, 30, 'as many as fit');
  assert.equal(statuses.filter((status) => status === 413).length, 70);
  assert.equal((await bench.recounted()).get('lists')?.bytes, 31 * blobBytes);
  assert.equal(await bench.push('lists/app', randomBytes(6)), 413, 'blobs and manifests share the limit');
  assert.equal(await bench.push('lists/app', randomBytes(5)), 201);
}

async function amidCollections(bench: Bench): Promise<void> {
  const push = (index: number) =>
    index % 2 === 0
      ? bench.push(`swept/app${index % 3}`)
      : bench.pushManifest(`swept/app${index % 3}`, index % 4 === 1 ? 'latest' : undefined);
  await Promise.all(Array.from({ length: 20 }, (_, index) => push(index)));
  await bench.limit('swept', 40 * blobBytes);
  let isDone = false;
  const collecting = bench.collect().finally(() => {
    isDone = true;
  });
  const statuses: number[] = [];
  for (let index = 0; !isDone || index < 100; index += 10) {
    statuses.push(...(await Promise.all(Array.from({ length: 10 }, (_, place) => push(index + place)))));
    const used = (await bench.accounts()).find(({ name }) => name === 'swept')?.bytes ?? assert.fail();
    assert.ok(used <= 40 * blobBytes, `${used}`);
  }
  await collecting;
  assert.deepEqual(
    statuses.filter((status) => status !== 201 && status !== 413),
    [],
  );
  await bench.recounted();
  await bench.collect();
  const left = (await bench.recounted()).get('swept') ?? assert.fail();
  assert.deepEqual([left.bytes, left.tags], [3 * blobBytes, 3], 'what has a tag');
}

async function amidChanges(bench: Bench): Promise<void> {
  const shared = Array.from({ length: 5 }, () => randomBytes(blobBytes));
  for (const content of shared) assert.equal(await bench.push('lib/app', content), 201);
  assert.equal(await bench.push('mixed/app'), 201);
  await bench.limit('mixed', 20 * blobBytes);
  const work = Array.from({ length: 100 }, async (_, index): Promise<number> => {
    const content = shared[index % shared.length] ?? assert.fail();
    const digest = digestOf(content);
    const repository = `mixed/app${index % 4}`;
    if (index % 5 === 0) return bench.push(repository, content);
    if (index % 5 === 1) return (await bench.send('POST', `/v2/${repository}/blobs/uploads/?mount=${digest}&from=lib/app`)).status;
    if (index % 5 === 2) return (await bench.send('DELETE', `/v2/${repository}/blobs/${digest}`)).status;
    if (index === 50) await bench.limit('mixed', 12 * blobBytes);
    return bench.push(repository);
  });
  const statuses = await Promise.all(work);
  assert.deepEqual(
    statuses.filter((status) => ![201, 202, 404, 413].includes(status)),
    [],
  );
  const mixed = (await bench.recounted()).get('mixed') ?? assert.fail();
  assert.ok(mixed.bytes <= 20 * blobBytes, `${mixed.bytes}`);
  await bench.limit('mixed', mixed.bytes);
  assert.equal(await bench.push('mixed/app'), 413);
}

test('SQLite, two workers: a hundred pushes at the limit, and among other changes', async (t) => {
  const server = await startLongshore({ args: [...flags, '--workers', '2'], adminPassword });
  t.after(() => server.stop());
  const database = new DatabaseSync(join(server.dataDir, 'longshore.db'), { readOnly: true });
  t.after(() => database.close());
  const accounts = async () => database.prepare(recount).all() as unknown as Account[];
  const bench = new Bench([server], { args: ['--data', server.dataDir], accounts });
  t.after(() => bench.close());
  await atTheLimit(bench);
  const counted = new HttpClient(server.url);
  t.after(() => counted.close());
  // By the events, which come a little later: the project of the first hundred, and three of the second, each of both shares.
  const warnings = async () => (await scrape(counted)).sum('registry_quota_warnings_total', 'kind="bytes"');
  await until(async () => (await warnings()) >= 8);
  await fullOfManifests(bench);
  await amidChanges(bench);
  await amidCollections(bench);
});

async function postgresReplicas(t: TestContext): Promise<Bench> {
  const postgres = await startPostgres();
  const data = await mkdtemp(join(tmpdir(), 'longshore-quota-'));
  t.after(async () => {
    await postgres.stop();
    await rm(data, { recursive: true, force: true });
  });
  const args = [...flags, '--metadata-kind', 'postgres'];
  const env = { LONGSHORE_METADATA_URL: postgres.url };
  const servers: Longshore[] = [];
  for (let count = 0; count < 2; count += 1) servers.push(await startLongshore({ args, env, adminPassword, dataDir: data }));
  const accounts = () => queryPostgres<Account>(postgres.url, recount);
  const bench = new Bench(servers, { args: ['--data', data, '--metadata-kind', 'postgres'], env, accounts });
  t.after(async () => {
    bench.close();
    await Promise.all(servers.map((server) => server.stop()));
  });
  return bench;
}

test('PostgreSQL, two replicas: a hundred pushes at the limit, and among other changes', async (t) => {
  if (requirePrograms(t, 'initdb', 'postgres', 'createdb', 'psql') === undefined) return;
  const bench = await postgresReplicas(t);
  await atTheLimit(bench);
  await fullOfManifests(bench);
  await amidChanges(bench);
  await amidCollections(bench);
});
