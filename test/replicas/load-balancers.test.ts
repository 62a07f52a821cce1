import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { type ClientHome, createClientHome } from '../clients/client-home.ts';
import { type Scrape, scrape } from '../operating/scrape.ts';
import { expectAnswer, jsonOf } from '../protocol/expected-answer.ts';
import { type Answer, HttpClient, type TestClient } from '../protocol/http-client.ts';
import { digestOf, imageOf, octets, type Place, pushBlob, pushImage, putManifest, startUpload } from '../protocol/sample-content.ts';
import { until, untilPromised } from '../security/until.ts';
import { findProgram, skipUnless } from '../tools/programs.ts';
import { runProgram } from '../tools/run-program.ts';
import { type BackingServices, replicaPrograms, startBackingServices } from './backing-services.ts';
import { type BalancedReplicas, startReplicas } from './balanced-replicas.ts';
import type { Replica } from './replica.ts';

const balancers = ['haproxy', 'nginx'] as const;
const programs = [...replicaPrograms, 'crane'] as const;
const absent = programs.filter((program) => findProgram(program) === undefined);
const skip = skipUnless(absent.length === 0, `not installed: ${absent.join(', ')}; run scripts/install-test-tools`);
const mebibyte = 1024 * 1024;

describe('three replicas on PostgreSQL and S3', { skip }, () => {
  let services: BackingServices;
  let cluster: BalancedReplicas;
  let home: ClientHome;
  before(async () => {
    services = await startBackingServices();
    const settings = { ...services.settings(), LONGSHORE_GC_SCHEDULE: 'off' };
    [cluster, home] = await Promise.all([startReplicas(3, services.directory, () => settings), createClientHome()]);
  });
  after(async () => {
    await cluster?.destroy();
    await Promise.all([services?.stop(), home?.remove()]);
  });

  test('chunks and final requests sent to all replicas at once: one chunk is taken, and every final request finds it stored', async () => {
    const clients = cluster.replicas.map(({ url }) => new HttpClient(url));
    const [one] = clients;
    assert.ok(one);
    const [first, second, third] = [7 * mebibyte, 6 * mebibyte, 100_000];
    for (let round = 0; round < 4; round += 1) {
      const content = randomBytes(first + second + third);
      const digest = digestOf(content);
      const chunk = (at: number, end: number) => ({
        headers: { ...octets, 'content-range': `${at}-${end - 1}` },
        body: content.subarray(at, end),
      });
      const repository = `raced/round${round}`;
      const location = await startUpload({ client: one, repository });
      expectAnswer(await one.send('PATCH', location, chunk(0, first)), { status: 202 });
      const chunks = await Promise.all(clients.map((client) => client.send('PATCH', location, chunk(first, first + second))));
      assertOneTaken(chunks);
      const at: number = Number(/^0-(\d+)$/.exec(String((await one.send('GET', location)).headers.range))?.[1]) + 1;
      assert.equal(at, chunks.some(({ status }) => status === 202) ? first + second : first);
      const last = chunk(at, content.byteLength);
      const finals = await Promise.all(clients.map((client) => client.send('PUT', `${location}?digest=${digest}`, last)));
      // And once more, as a client does that never heard the answer.
      for (const answer of [...finals, await one.send('PUT', `${location}?digest=${digest}`, last)]) expectAnswer(answer, { status: 201 });
      for (const client of clients) {
        expectAnswer(await client.send('GET', `/v2/${repository}/blobs/${digest}`), { status: 200, body: content });
      }
    }
    for (const client of clients) client.close();
  });

  for (const name of balancers) {
    describe(`behind ${name}`, () => {
      let client: TestClient;
      let place: Place;
      before(() => {
        client = new HttpClient(cluster[name].url);
        place = { client, repository: `balanced/${name}` };
      });
      after(() => client.close());

      test('a chunked upload changes the replica at every chunk', async () => {
        // Less than a part, more than a part, and the smallest there is: what S3 cannot hold yet is kept elsewhere.
        const sizes = [300_000, 1, 6 * mebibyte, 5000, 9 * mebibyte, 70_000];
        const content = randomBytes(sizes.reduce((sum, size) => sum + size, 0));
        const digest = digestOf(content);
        const before = await patchesOf(cluster);
        const location = await startUpload(place);
        let at = 0;
        for (const size of sizes) {
          const headers = { ...octets, 'content-range': `${at}-${at + size - 1}` };
          expectAnswer(await client.send('PATCH', location, { headers, body: content.subarray(at, at + size) }), { status: 202 });
          at += size;
          expectAnswer(await client.send('GET', location), { status: 204, headers: { range: `0-${at - 1}` } });
        }
        expectAnswer(await client.send('PUT', `${location}?digest=${digest}`), { status: 201 });
        for (const _replica of cluster.replicas) {
          expectAnswer(await client.send('GET', `/v2/${place.repository}/blobs/${digest}`), { status: 200, body: content });
        }
        const patches = (await patchesOf(cluster)).map((count, index) => count - (before[index] ?? 0));
        assert.ok(patches.filter((count) => count > 0).length > 1, `one replica got them all: ${patches}`);
      });

      test('a blob of tens of parts goes through without Content-Length', async () => {
        const content = randomBytes(40 * mebibyte);
        const digest = digestOf(content);
        const location = await startUpload(place);
        const pieces = Array.from({ length: 10 }, (_, index) => content.subarray(index * 4 * mebibyte, (index + 1) * 4 * mebibyte));
        expectAnswer(await client.send('PATCH', location, { pieces }), { status: 202 });
        expectAnswer(await client.send('PUT', `${location}?digest=${digest}`), { status: 201 });
        expectAnswer(await client.send('GET', `/v2/${place.repository}/blobs/${digest}`), { status: 200, body: content });
      });

      test('what one replica did, the next request finds, whichever gets it', async () => {
        for (let round = 0; round < 4; round += 1) {
          const { digest, bytes } = await pushImage(place, `round${round}`, { annotations: { round: String(round) } });
          for (const _replica of cluster.replicas) {
            expectAnswer(await client.send('GET', `/v2/${place.repository}/manifests/round${round}`), { status: 200, body: bytes });
          }
          expectAnswer(await client.send('DELETE', `/v2/${place.repository}/manifests/${digest}`), { status: 202 });
          for (const replica of cluster.replicas) {
            for (const reference of [`round${round}`, digest]) await gone(replica, `/v2/${place.repository}/manifests/${reference}`);
          }
        }
      });

      test('a blob is mounted from a repository that another replica wrote', async () => {
        const source = { client, repository: `${place.repository}-source` };
        const digest = await pushBlob(source, `to be mounted behind ${name}`);
        const query = `?mount=${digest}&from=${encodeURIComponent(source.repository)}`;
        expectAnswer(await client.send('POST', `/v2/${place.repository}/blobs/uploads/${query}`), { status: 201 });
        const manifest = imageOf([`to be mounted behind ${name}`]);
        await pushBlob(place, '{}');
        expectAnswer(await putManifest(place, 'mounted', manifest), { status: 201 });
        for (const _replica of cluster.replicas) {
          expectAnswer(await client.send('GET', `/v2/${place.repository}/blobs/${digest}`), { status: 200 });
        }
      });

      test('every page of a tags list comes from another replica', async () => {
        const lists = { client, repository: `balanced/lists-${name}` };
        const tags = Array.from({ length: 12 }, (_, index) => `v${10 + index}`);
        for (const tag of tags) await pushImage(lists, tag);
        const listed: string[] = [];
        for (let next: string | undefined = `/v2/${lists.repository}/tags/list?n=5`; next !== undefined; ) {
          const answer = expectAnswer(await client.send('GET', next), { status: 200 });
          listed.push(...jsonOf<{ tags: string[] }>(answer).tags);
          next = /<([^>]+)>/.exec(String(answer.headers.link ?? ''))?.[1];
        }
        assert.deepEqual(listed, tags);
      });

      test('crane pushes and pulls an image while one replica dies and comes back', async () => {
        const layer = home.path(`${name}-layer.tar`);
        const image = `${cluster[name].host}/balanced/crane-${name}:latest`;
        let [victim, pushed]: [Replica | undefined, string] = [undefined, ''];
        while (victim === undefined) {
          await writeFile(home.path(`${name}-content`), randomBytes(24 * mebibyte));
          await runProgram('tar', ['-C', home.directory, '-cf', layer, `${name}-content`]);
          const pushing = home.run('crane', ['--insecure', 'append', '--new_layer', layer, '--new_tag', image]);
          victim = await busyReplica(cluster, pushing);
          await victim?.kill();
          pushed = (await pushing).trim();
        }
        await home.run('crane', ['--insecure', 'pull', '--format=oci', image, home.path(`${name}-pulled`)]);
        await victim.start();
        await home.run('crane', ['--insecure', 'validate', '--remote', image]);
        assert.ok(pushed.endsWith((await home.run('crane', ['--insecure', 'digest', image])).trim()), pushed);
      });
    });
  }
});

/** At most one was taken; the others were told that somebody else goes on with the upload. */
function assertOneTaken(answers: readonly Answer[]): void {
  const statuses = answers.map(({ status }) => status);
  const shown = answers.map(({ status, body }) => `${status} ${body.toString()}`).join('\n');
  assert.ok(statuses.filter((status) => status === 202).length <= 1, shown);
  assert.ok(
    statuses.every((status) => [202, 416, 503].includes(status)),
    shown,
  );
}

/** Resolves when this replica does not have it; a second after a delete none may. */
async function gone(replica: Replica, path: string): Promise<void> {
  const client = new HttpClient(replica.url);
  await untilPromised(1000, async () => (await client.send('GET', path)).status === 404).finally(() => client.close());
}

/** How many PATCH requests each replica has answered. */
async function patchesOf({ replicas }: BalancedReplicas): Promise<number[]> {
  return Promise.all(
    replicas.map(async (replica) => (await figuresOf(replica)).sum('registry_request_duration_seconds_count', 'method="PATCH"')),
  );
}

/** The first replica that is found to be receiving something; undefined when nobody was seen to before this had ended. */
async function busyReplica({ replicas }: BalancedReplicas, pushing: Promise<unknown>): Promise<Replica | undefined> {
  let found: Replica | undefined;
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  void pushing.then(end, end);
  await until(async () => {
    for (const replica of replicas) {
      // One of them asks for the figures.
      if ((await figuresOf(replica)).sum('registry_requests_in_flight') > 1) found = replica;
    }
    return found !== undefined || isOver;
  });
  return found;
}

async function figuresOf(replica: Replica): Promise<Scrape> {
  const client = new HttpClient(replica.url);
  return scrape(client).finally(() => client.close());
}
