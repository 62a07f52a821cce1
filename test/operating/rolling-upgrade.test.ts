import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { expectAnswer } from '../protocol/expected-answer.ts';
import { HttpClient, type TestClient } from '../protocol/http-client.ts';
import { digestOf, octets, pushImage, startUpload } from '../protocol/sample-content.ts';
import { until } from '../security/until.ts';
import { startPostgres } from '../tools/postgres.ts';
import { findProgram, requirePrograms } from '../tools/programs.ts';
import { runProgram, tryProgram } from '../tools/run-program.ts';
import { startProcess } from '../tools/started-process.ts';
import { unpackVersion } from './earlier-version.ts';

/** The first version that goes on beside a newer one. Moves on only when a contracting step needs it. */
const earliest = '60a9529';
const present = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url));
const programs = ['initdb', 'postgres', 'createdb', 'psql', 'git'] as const;

/** What the next version may do to the schema. */
const growth = [
  'alter table manifests add column grown text',
  'alter table tags add column grown bigint not null default 7',
  'create table grown (id bigint primary key, manifest_id bigint not null references manifests (id) on delete cascade)',
  'create index manifests_by_growth on manifests (grown)',
  "insert into schema_migrations (name, timestamp) values ('9998-grown', '2099')",
];

async function startVersion(t: TestContext, main: string, data: string, url: string): Promise<TestClient> {
  const args = ['serve', '--listen', '127.0.0.1:0', '--data', data, '--anonymous', 'push'];
  const env = { LONGSHORE_METADATA_KIND: 'postgres', LONGSHORE_METADATA_URL: url };
  const server = await startProcess(process.execPath, [main, ...args], { ready: /longshore is listening on (http:\S+)/, env });
  t.after(() => server.stop());
  const client = new HttpClient(server.readyMatch[1] ?? '');
  t.after(() => client.close());
  return client;
}

test('an earlier version serves beside this one, on a schema that the next one has grown', async (t) => {
  if (programs.some((program) => findProgram(program) === undefined)) return void requirePrograms(t, ...programs);
  const earlier = await unpackVersion(earliest);
  if (earlier === undefined) return t.skip(`this clone does not have the commit ${earliest}: git fetch --unshallow brings it`);
  t.after(() => earlier.remove());
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  const url = await postgres.createDatabase('upgrade');
  const data = await mkdtemp(join(tmpdir(), 'longshore-upgrade-'));
  t.after(() => rm(data, { recursive: true, force: true }));
  // As it goes: the old one is there, the new one comes and migrates, the old one is started again, and the next one migrates.
  const env = { LONGSHORE_METADATA_KIND: 'postgres', LONGSHORE_METADATA_URL: url };
  const old = await startVersion(t, earlier.main, data, url);
  const first = await pushImage({ client: old, repository: 'upgrade/first' }, 'v1', { annotations: { moved: 'yes' } });
  const current = await startVersion(t, present, data, url);
  await runProgram('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', url, ...growth.flatMap((text) => ['-c', text])]);
  const restarted = await startVersion(t, earlier.main, data, url);
  const again = await tryProgram(process.execPath, [present, 'migrate', '--data', data], { env });
  assert.equal(again.code, 0, again.stderr);

  const versions = { old, current, restarted };
  for (const [name, client] of Object.entries(versions)) {
    expectAnswer(await client.send('GET', '/v2/upgrade/first/manifests/v1'), { status: 200, body: first.bytes }, `first by ${name}`);
  }
  for (const [pusher, client] of Object.entries(versions)) {
    const repository = `upgrade/by-${pusher}`;
    const { digest, bytes } = await pushImage({ client, repository }, 'v1');
    await pushImage({ client, repository }, 'v1', { annotations: { moved: 'yes' } });
    for (const [puller, other] of Object.entries(versions)) {
      const what = `${puller} reads what ${pusher} pushed`;
      expectAnswer(await other.send('GET', `/v2/${repository}/manifests/${digest}`), { status: 200, body: bytes }, what);
      const tagged = await other.send('GET', `/v2/${repository}/manifests/v1`);
      assert.match(String(tagged.body), /"moved":"yes"/, what);
      const { layers } = JSON.parse(bytes) as { layers: { digest: string; size: number }[] };
      const layer = await other.send('GET', `/v2/${repository}/blobs/${layers[0]?.digest}`);
      assert.deepEqual([layer.status, layer.body.length], [200, layers[0]?.size], what);
    }
  }
  // Also those of the earlier version, which knows nothing of the search, and what was there before there was one.
  const moved = new URLSearchParams({ query: 'moved=yes', kind: 'label' });
  await until(async () => {
    const { items } = JSON.parse(String((await current.send('GET', `/api/v1/search?${moved}`)).body)) as {
      items: { repository: string }[];
    };
    return items.length === Object.keys(versions).length + 1;
  });
  await uploadInTurns(Object.values(versions));
  expectAnswer(await old.send('DELETE', `/v2/upgrade/first/manifests/${first.digest}`), { status: 202 });
  expectAnswer(await current.send('GET', '/v2/upgrade/first/manifests/v1'), { status: 404 });
  const collected = await tryProgram(process.execPath, [present, 'gc', '--data', data], { env });
  assert.match(collected.stdout, /^removed: 0 manifests, 0 blob links, 0 blobs, 0 uploads, 0 orphan files/m, collected.stderr);
});

/** One upload, whose chunks every version takes in turns. */
async function uploadInTurns(versions: readonly TestClient[]): Promise<void> {
  const [begins, ...others] = versions;
  if (begins === undefined) throw new Error('no version');
  const content = randomBytes(60_000);
  const repository = 'upgrade/turns';
  const location = await startUpload({ client: begins, repository });
  let at = 0;
  for (const client of [...others, begins, ...others, begins]) {
    const body = content.subarray(at, at + 10_000);
    const headers = { ...octets, 'content-range': `${at}-${at + body.length - 1}` };
    expectAnswer(await client.send('PATCH', location, { headers, body }), { status: 202 }, `chunk at ${at}`);
    at += body.length;
  }
  const digest = digestOf(content);
  expectAnswer((await others[0]?.send('PUT', `${location}?digest=${digest}`)) ?? assert.fail(), { status: 201 });
  for (const client of versions) {
    expectAnswer(await client.send('GET', `/v2/${repository}/blobs/${digest}`), { status: 200, body: content });
  }
}
