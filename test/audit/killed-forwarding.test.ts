// What happens to entries when the process that forwards them is killed: each receiver gets every one of them all the same.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { atEnd } from '../crash/at-end.ts';
import { type ServerProcess, startServer } from '../crash/server-process.ts';
import { scrape } from '../operating/scrape.ts';
import { HttpClient } from '../protocol/http-client.ts';
import { basicAuthorization } from '../protocol/registry-fixture.ts';
import { until } from '../security/until.ts';
import { startPostgres } from '../tools/postgres.ts';
import { queryPostgres } from '../tools/postgres-query.ts';
import { requirePrograms } from '../tools/programs.ts';
import { startHttpReceiver, startTcpReceiver } from './log-receivers.ts';

const mediaType = 'application/vnd.oci.image.index.v1+json';

interface Written {
  readonly id: number;
  readonly action: string;
  readonly detail: string;
  readonly count: number;
}
/** Whether all of these are in there. */
function isIn(all: Iterable<string>, wanted: readonly string[]): boolean {
  const known = new Set(all);
  return wanted.every((one) => known.has(one));
}

const everyEntry = 'select id, action, detail, count from audit_log order by id';

/** A receiver of each kind; the one of HTTP can be told to say nothing to what it got. */
async function startReceivers(t: TestContext) {
  let silence: PromiseWithResolvers<number> | undefined;
  let unanswered = (): void => undefined;
  const http = await startHttpReceiver(() => {
    if (silence === undefined) return 204;
    unanswered();
    return silence.promise;
  });
  const syslog = await startTcpReceiver();
  for (const { close } of [http, syslog]) atEnd(t, close);
  const idsOf = {
    http: () => http.messages.map((line) => String(JSON.parse(line).id)),
    syslog: () => syslog.messages.map((message) => /\[audit@32473 id="(\d+)"/.exec(message)?.[1] ?? assert.fail(message)),
  };
  return {
    addresses: [`http://127.0.0.1:${http.port}/`, `syslog+tcp://127.0.0.1:${syslog.port}`] as const,
    idsOf,
    hasBegun: () => http.messages.length > 0 && syslog.messages.length > 0,
    /** Resolves when a batch has been sent that is never answered. */
    fallSilent: () =>
      new Promise<void>((resolve) => {
        silence = Promise.withResolvers();
        unanswered = resolve;
      }),
    speakAgain: () => {
      silence = undefined;
    },
    hasAll: (ids: readonly string[]) => Object.values(idsOf).every((got) => isIn(got(), ids)),
  };
}

/** Pushes indexes under one tag after the other to whatever server there is, until it is told to stop; answers the tags that were acknowledged. */
function startPusher(t: TestContext, name: string, url: () => string) {
  const tags: string[] = [];
  let isStopped = false;
  const push = async (): Promise<string[]> => {
    while (!isStopped) {
      const tag = `${name}-${tags.length}-${Math.random().toString(36).slice(2)}`;
      const body = JSON.stringify({ schemaVersion: 2, mediaType, manifests: [], annotations: { tag } });
      const client = new HttpClient(url());
      const answer = await client
        .send('PUT', `/v2/team/${name}/manifests/${tag}`, { body, headers: { 'content-type': mediaType } })
        // Killed over it: it may have been done or not. Until there is a server again, others need the processor.
        .catch(() => pause(20, undefined));
      client.close();
      if (answer?.status === 201) tags.push(tag);
    }
    return tags;
  };
  const pushing = push();
  const stop = () => {
    isStopped = true;
    return pushing;
  };
  atEnd(t, stop);
  return { tags, stop };
}

type Receivers = Awaited<ReturnType<typeof startReceivers>>;

/** Every entry that is in the log arrived, and so did those of everything that was acknowledged. */
async function nothingIsLost(
  receivers: Receivers,
  tags: readonly string[],
  written: () => Promise<readonly Written[]> | readonly Written[],
) {
  const entries = await written();
  const logged = entries.flatMap(({ action, detail }) => (action === 'tag.created' ? [String(JSON.parse(detail).tag)] : []));
  assert.ok(tags.length > 0 && isIn(logged, tags), 'an acknowledged push has no entry');
  // From when the receivers were known.
  const since = Math.min(...receivers.idsOf.http().map(Number));
  const ids = entries.filter(({ id }) => id >= since).map(({ id }) => String(id));
  await until(() => receivers.hasAll(ids));
  for (const [kind, got] of Object.entries(receivers.idsOf)) {
    const all = got();
    assert.equal(new Set(all).size, ids.length, `${kind}: nothing that is not in the log`);
    // What was on its way comes again, and no more than that: four batches.
    assert.ok(all.length - ids.length <= 800, `${kind}: ${all.length} messages of ${ids.length} entries`);
  }
}

describe('a server that is killed while it forwards', { concurrency: true }, () => {
  test('SQLite: after the restart every entry arrives', async (t) => {
    const data = await mkdtemp(join(tmpdir(), 'longshore-killed-'));
    atEnd(t, () => rm(data, { recursive: true, force: true }));
    const receivers = await startReceivers(t);
    const env = { LONGSHORE_AUDIT_FORWARD: receivers.addresses.join(',') };
    let server: ServerProcess = await startServer({ data, env });
    atEnd(t, () => server.kill());
    // Entries are kept for a receiver from when it is known.
    const first = startPusher(t, 'first', () => server.baseUrl);
    await until(receivers.hasBegun);
    const pushers = ['one', 'two'].map((name) => startPusher(t, name, () => server.baseUrl));
    await first.stop();
    await receivers.fallSilent();
    await until(() => pushers.every(({ tags }) => tags.length > 40));
    await refuseLogins(server.baseUrl, 4);
    await server.kill();
    receivers.speakAgain();
    const before = pushers.flatMap(({ tags }) => tags).length;
    server = await startServer({ data, env });
    await until(() => pushers.flatMap(({ tags }) => tags).length > before + 20);
    const tags = (await Promise.all([first, ...pushers].map(({ stop }) => stop()))).flat();
    const db = new DatabaseSync(join(data, 'longshore.db'), { readOnly: true });
    atEnd(t, () => db.close());
    const written = () => db.prepare(everyEntry).all() as unknown as Written[];
    await nothingIsLost(receivers, tags, written);
    const [login] = written().filter(({ action }) => action === 'login');
    assert.ok(login, 'of a denial the first is there; its repeats are counted in the process that is gone, but once a minute');
  });

  test('PostgreSQL: another replica goes on, and every entry arrives', async (t) => {
    if (requirePrograms(t, 'initdb', 'postgres', 'createdb', 'psql') === undefined) return;
    const data = await mkdtemp(join(tmpdir(), 'longshore-killed-'));
    atEnd(t, () => rm(data, { recursive: true, force: true }));
    const [postgres, receivers] = await Promise.all([startPostgres(), startReceivers(t)]);
    atEnd(t, () => postgres.stop());
    const url = await postgres.createDatabase('killed');
    const env = {
      LONGSHORE_METADATA_KIND: 'postgres',
      LONGSHORE_METADATA_URL: url,
      LONGSHORE_AUDIT_FORWARD: receivers.addresses.join(','),
      LONGSHORE_SECRETS_KEY_FILE: join(data, 'secret.key'),
    };
    const start = async (name: string): Promise<ServerProcess> => {
      const server = await startServer({ data: join(data, name), env });
      atEnd(t, () => server.kill());
      return server;
    };
    const replicas = [await start('one'), await start('two')] as const;
    const first = startPusher(t, 'first', () => replicas[0].baseUrl);
    await until(receivers.hasBegun);
    await first.stop();
    const owner = (await forwards(replicas[0], receivers.addresses[0])) ? replicas[0] : replicas[1];
    const other = owner === replicas[0] ? replicas[1] : replicas[0];
    const pushers = replicas.map(({ baseUrl }, index) => startPusher(t, `of-${index}`, () => baseUrl));
    await receivers.fallSilent();
    await until(() => pushers.every(({ tags }) => tags.length > 40));
    await owner.kill();
    receivers.speakAgain();
    const tags = (await Promise.all([first, ...pushers].map(({ stop }) => stop()))).flat();
    await nothingIsLost(receivers, tags, () => queryPostgres<Written>(url, everyEntry));
    assert.ok(await forwards(other, receivers.addresses[0]));
  });
});

/** The same refused login so many times. */
async function refuseLogins(url: string, times: number): Promise<void> {
  const client = new HttpClient(url);
  for (let count = 0; count < times; count += 1) {
    const { status } = await client.send('GET', '/v2/', { authorization: basicAuthorization('nobody', 'wrong') });
    assert.equal(status, 401);
  }
  client.close();
}

/** Whether a server says how far this receiver is behind, as only the one does that forwards to it. */
async function forwards({ baseUrl }: ServerProcess, address: string): Promise<boolean> {
  const client = new HttpClient(baseUrl);
  const { text } = await scrape(client);
  client.close();
  return text.includes(`registry_audit_forward_lag_seconds{receiver="${address}"}`);
}
