import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { backendFamilies } from '../../packages/server/src/observability/backend-metrics.ts';
import { diskCacheFamilies, metadataCacheFamilies } from '../../packages/server/src/observability/cache-metrics.ts';
import { processTree } from '../processes/process-tree.ts';
import { HttpClient } from '../protocol/http-client.ts';
import { basicAuthorization } from '../protocol/registry-fixture.ts';
import { type Place, pushBlob, pushImage } from '../protocol/sample-content.ts';
import { until } from '../security/until.ts';
import { type Longshore, startLongshore } from '../tools/longshore.ts';
import { requirePrograms } from '../tools/programs.ts';
import { tryProgram } from '../tools/run-program.ts';
import { type Scrape, scrape } from './scrape.ts';

const noFigures = { hits: 0, joins: 0, misses: 0, fetches: 0, evictions: 0, failures: 0, bytes: 0 };
const ofDiskCache = diskCacheFamilies(noFigures).map(({ name }) => name);
const ofForwarding = ['registry_audit_forward_lag_seconds', 'registry_audit_forward_held'];
const ofBackends = backendFamilies(new Map([['database', false]])).map(({ name }) => name);
const ofPostgres = metadataCacheFamilies({ ...noFigures, bypassed: 0, changes: 0, isFresh: true }).map(({ name }) => name);

const guide = (name: string) => fileURLToPath(new URL(`../../docs/guides/${name}`, import.meta.url));
const requests = 'registry_request_duration_seconds_count';

let server: Longshore;
before(async () => {
  server = await startLongshore({ args: ['--workers', '2', '--anonymous', 'push', '--durability', 'relaxed'] });
});
after(() => server.stop());

/** On a connection of its own, so that any worker may get it. */
async function onNewConnection<T>(ask: (client: HttpClient) => Promise<T>): Promise<T> {
  const once = new HttpClient(server.url);
  try {
    return await ask(once);
  } finally {
    once.close();
  }
}

async function askForNothing(count: number): Promise<void> {
  const ask = (once: HttpClient) => once.send('GET', '/v2/team/app/manifests/none');
  const answers = await Promise.all(Array.from({ length: count }, () => onNewConnection(ask)));
  assert.ok(answers.every(({ status }) => status === 404));
}

const misses = (figures: Scrape) => figures.sum(requests, 'method="GET"', 'route="manifest"', 'code="404"');

const workerPids = () => processTree(server.pid).workers;

/** A request counts when its connection has taken the answer, which is a moment after the client has it. */
async function untilCounted(count: number): Promise<void> {
  await until(async () => misses(await onNewConnection(scrape)) >= count);
  for (let round = 0; round < 4; round += 1) assert.equal(misses(await onNewConnection(scrape)), count);
}

test('whichever worker is asked, it answers for all; what a killed one counted stays counted', async () => {
  await askForNothing(40);
  await untilCounted(40);
  const [victim] = workerPids();
  process.kill(victim ?? 0, 'SIGKILL');
  // A connection may still be given to the one that is gone.
  const deaths = () =>
    onNewConnection(scrape).then(
      (figures) => figures.sum('registry_worker_deaths_total'),
      () => 0,
    );
  await until(async () => (await deaths()) === 1);
  await untilCounted(40);
  await until(() => workerPids().length === 2 && !workerPids().includes(victim ?? 0));
  await askForNothing(25);
  await untilCounted(65);
});

test('a rolling restart loses no count', async () => {
  const counted = misses(await onNewConnection(scrape));
  await askForNothing(10);
  const old = workerPids();
  server.kill('SIGHUP');
  await until(() => server.output().includes('The rolling restart is over'));
  assert.ok(workerPids().every((pid) => !old.includes(pid)));
  await untilCounted(counted + 10);
});

test('what is pushed, pulled and stored shows', async (t) => {
  const client = new HttpClient(server.url);
  t.after(() => client.close());
  const before = await scrape(client);
  const place: Place = { client, repository: 'team/metrics' };
  await pushImage(place, 'latest');
  const layer = await pushBlob(place, 'x'.repeat(50_000));
  for (const path of [`blobs/${layer}`, 'manifests/latest']) {
    assert.equal((await client.send('GET', `/v2/team/metrics/${path}`)).status, 200);
  }
  // By this connection's worker: once it finds them in memory.
  for (let read = 0; read < 2; read += 1) await client.send('GET', `/v2/team/metrics/blobs/${layer}`);
  await client.send('GET', '/v2/', { authorization: basicAuthorization('admin', 'wrong') });
  await until(async () => {
    const now = await scrape(client);
    const grown = (name: string, ...labels: string[]) => now.sum(name, ...labels) - before.sum(name, ...labels);
    return (
      grown('registry_pull_duration_seconds_count', 'kind="blob"') === 3 &&
      grown('registry_pull_duration_seconds_count', 'kind="manifest"') === 1 &&
      grown('registry_sent_bytes_total', 'route="blob"') >= 50_000 &&
      grown('registry_received_bytes_total', 'route="uploads"') >= 50_000 &&
      grown('registry_login_failures_total', 'reason="credentials"') === 1 &&
      grown('registry_memory_cache_hits_total') === 1 &&
      grown('registry_memory_cache_misses_total') === 2 &&
      grown('registry_memory_cache_bytes') > 50_000 &&
      grown('registry_memory_cache_evictions_total') === 0 &&
      grown('registry_write_duration_seconds_count') > 3 &&
      grown('registry_committed_writes_total') >= grown('registry_commit_duration_seconds_count') &&
      grown('registry_commit_duration_seconds_count') > 3 &&
      now.sum('registry_writes_waiting') === 0
    );
  });
  await using alone = await started(server.dataDir);
  const fresh = await scrape(alone.client);
  assert.equal(fresh.sum('registry_image_count'), 1);
  assert.equal(fresh.sum('registry_tags'), 1);
  assert.ok(fresh.sum('registry_storage_bytes_total', 'store="default"') >= 50_000);
});

/** Another server on the same data, whose count of the content is its first. */
async function started(dataDir: string) {
  const alone = await startLongshore({ dataDir, args: ['--anonymous', 'push'] });
  const own = new HttpClient(alone.url);
  const stop = async () => {
    own.close();
    await alone.stop();
  };
  return { client: own, [Symbol.asyncDispose]: stop };
}

test('promtool finds nothing wrong with the metrics', async (t) => {
  const programs = requirePrograms(t, 'promtool');
  if (programs === undefined) return;
  const { text } = await onNewConnection(scrape);
  const { code, stdout, stderr } = await tryProgram(programs.promtool, ['check', 'metrics'], { input: text });
  assert.equal(`${stdout}${stderr}`, '');
  assert.equal(code, 0);
});

test('both guides list the metrics that there are', async () => {
  const { names } = await onNewConnection(scrape);
  for (const file of ['operating.md', 'operating.zh-CN.md']) {
    const listed = [...readFileSync(guide(file), 'utf8').matchAll(/^\| `((?:registry|process|nodejs)_[a-z_]+)`/gm)];
    const withOptions = [...names, 'registry_certificate_expiry_seconds', ...ofForwarding, ...ofDiskCache, ...ofPostgres, ...ofBackends];
    assert.deepEqual(listed.map(([, name = '']) => name).toSorted(), withOptions.toSorted(), file);
  }
});

test('the example alerts are rules that promtool accepts, over metrics that there are', async (t) => {
  const { names } = await onNewConnection(scrape);
  const rules = readFileSync(guide('alerts.yaml'), 'utf8');
  const used = [...rules.matchAll(/\b(?:registry|process|nodejs)_[a-z_]+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));
  const known = new Set([...names, ...ofBackends, ...ofForwarding, ...names.map((name) => name.replace(/_count$/, ''))]);
  assert.ok(used.length > 5);
  assert.deepEqual(
    used.filter((name) => !known.has(name)),
    [],
  );
  const programs = requirePrograms(t, 'promtool');
  if (programs === undefined) return;
  const { code, stdout, stderr } = await tryProgram(programs.promtool, ['check', 'rules', guide('alerts.yaml')]);
  assert.equal(code, 0, `${stdout}${stderr}`);
});
