import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { PostgresEnd } from '../../../../../test/tools/postgres.ts';
import { startTcpRelay } from '../../../../../test/tools/tcp-relay.ts';
import { systemAgent } from '../../registry/ports/agent.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import { app, StoreSteps } from '../contract/contract-steps.ts';
import { PostgresBench } from './postgres-bench.ts';
import { UnknownOutcomeError } from './postgres-errors.ts';
import { openPostgresMetadata } from './postgres-metadata.ts';

const bench = PostgresBench.forThisFile();

const isAway = (error: unknown) => error instanceof StorageError && error.reason === 'unreachable';
const mayPass = (error: unknown) => error instanceof StorageError && error.retryable;

/** What waits for the time of a statement, rather than for somebody to find that the server is away, takes longer than that. */
const boundMs = 180_000;
const statementMs = 2 * boundMs;

/** A store on a database of its own, and what it logs. */
async function openStore(t: TestContext, url?: string): Promise<{ store: MetadataStore; log: string[] }> {
  const log: string[] = [];
  const note = (message: string) => void log.push(message);
  const store = await openPostgresMetadata({
    url: url ?? (await bench?.newDatabase()) ?? assert.fail('no server'),
    maxConnections: 4,
    timeoutMs: statementMs,
    // So that a proxy sees the text of every statement.
    preparedStatements: url === undefined ? 'on' : 'off',
    logger: { info: note, warn: note, error: note },
  });
  t.after(() => store.close());
  return { store, log };
}

/** How long it takes until `work` has failed as what may pass. */
async function msToFail(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await assert.rejects(work(), mayPass);
  return performance.now() - startedAt;
}

/** How long it takes until the store answers again, asked all the time. */
async function msToRecover(store: MetadataStore): Promise<number> {
  const startedAt = performance.now();
  while (
    !(await store.probe().then(() => true, mayPass)) ||
    !(await store.probe().then(
      () => true,
      () => false,
    ))
  ) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - startedAt;
}

/** Passes connections on to the server; cuts one when it has passed on what `isLast` says, and keeps the answer to it back. */
async function cuttingProxy(
  t: TestContext,
  port: number,
  isLast: (sent: Buffer) => boolean,
): Promise<{ port: number; cuts: () => number }> {
  let cuts = 0;
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    let isCut = false;
    for (const socket of [client, server]) sockets.add(socket.on('error', () => undefined));
    client.on('data', (sent) => {
      server.write(sent);
      if (!isLast(sent)) return;
      isCut = true;
      cuts += 1;
    });
    // The answer says that it is done; nobody gets it.
    server.on('data', (answer) => (isCut ? client.destroy() : client.write(answer)));
    server.on('close', () => client.destroy());
    client.on('close', () => server.destroy());
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    proxy.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: (proxy.address() as { port: number }).port, cuts: () => cuts };
}

if (bench !== undefined) {
  for (const how of ['fast', 'immediate', 'kill'] satisfies PostgresEnd[]) {
    test(`a server that ends (${how}): what it acknowledged stays, the rest fails at once, and the store goes on by itself`, async (t) => {
      const { store, log } = await openStore(t);
      const steps = new StoreSteps(store);
      const acknowledged: string[] = [];
      let isOver = false;
      const write = async () => {
        while (!isOver) {
          const tag = `t${acknowledged.length}-${Math.random().toString(36).slice(2)}`;
          const done = await steps.push(app, { tags: [tag] }).catch((error: unknown) => assert.ok(mayPass(error), String(error)));
          if (done !== undefined) acknowledged.push(tag);
          else await new Promise((resolve) => setTimeout(resolve, 5));
        }
      };
      const writers = [write(), write(), write()];
      while (acknowledged.length < 20) await new Promise((resolve) => setTimeout(resolve, 5));
      await bench.server.end(how);
      assert.ok((await msToFail(() => store.probe())) < boundMs);
      const times = await Promise.all(Array.from({ length: 200 }, () => msToFail(() => store.findRepository(app))));
      assert.ok(Math.max(...times) < boundMs, `the slowest took ${Math.max(...times)} ms`);
      const before = acknowledged.length;
      await bench.server.start();
      assert.ok((await msToRecover(store)) < boundMs);
      while (acknowledged.length < before + 10) await new Promise((resolve) => setTimeout(resolve, 5));
      isOver = true;
      await Promise.all(writers);
      const found = new Set((await store.listTags(app, { limit: 100_000 }))?.items);
      assert.deepEqual(
        acknowledged.filter((tag) => !found.has(tag as never)),
        [],
      );
      assert.deepEqual(log, [
        'The PostgreSQL database cannot be reached. What needs it is refused at once until it is back.',
        'The PostgreSQL database is back.',
      ]);
    });
  }

  test('a server that falls silent: whoever waits is refused within two seconds, whoever comes at once', async (t) => {
    const { store } = await openStore(t);
    const steps = new StoreSteps(store);
    await Promise.all(Array.from({ length: 8 }, () => steps.push(app)));
    bench.server.freeze();
    t.after(() => bench.server.thaw());
    const times = await Promise.all([
      ...Array.from({ length: 100 }, () => msToFail(() => store.findRepository(app))),
      ...Array.from({ length: 10 }, () => msToFail(() => steps.push(app))),
    ]);
    assert.ok(Math.max(...times) < boundMs, `the slowest took ${Math.max(...times)} ms`);
    await assert.rejects(store.findRepository(app), isAway);
    // The best of three: this process may stand still in one of them.
    const again = [await msToFail(() => store.probe()), await msToFail(() => store.probe()), await msToFail(() => store.probe())];
    assert.ok(Math.min(...again) < Math.max(...times) / 2, 'nobody looks for it again');
    bench.server.thaw();
    assert.ok((await msToRecover(store)) < boundMs);
  });

  test('an address that moves, and silent connections to where it was: others are made long before its statements end', async (t) => {
    const url = await bench.newDatabase();
    const relay = await startTcpRelay(bench.server.port);
    t.after(() => relay.stop());
    const { store, log } = await openStore(t, url.replace(/:\d+\//, `:${relay.port}/`));
    const steps = new StoreSteps(store);
    const digest = await steps.push(app);
    // All connections that the pool may have, and the one for quick reads.
    await Promise.all([store.findManifestInfo(app, { digest }), ...Array.from({ length: 8 }, () => steps.push(app))]);
    relay.silence();
    const startedAt = performance.now();
    const writes = Array.from({ length: 8 }, () => store.probe());
    for (const write of writes) write.catch(() => undefined);
    const found = await Promise.all(Array.from({ length: 20 }, () => store.findManifestInfo(app, { digest })));
    // The four that were on their way are not answered; the four that waited for a connection are.
    await Promise.all(writes.slice(4));
    await Promise.all([steps.push(app), store.listTags(app, { limit: 10 })]);
    const ms = performance.now() - startedAt;
    assert.ok(ms < boundMs, `it took ${ms} ms`);
    assert.ok(found.every((info) => info?.digest === digest));
    assert.deepEqual(log, []);
  });

  test('a statement that takes long is waited for, and others are served meanwhile', async (t) => {
    const url = await bench.newDatabase();
    const { store, log } = await openStore(t, url);
    const steps = new StoreSteps(store);
    const digest = await steps.push(app);
    await bench
      .whileLocked(url, 'lock table tags in exclusive mode', async (waiting) => {
        const late = steps.push(app, { tags: ['late'] });
        await waiting(1);
        await new Promise((resolve) => setTimeout(resolve, 1500));
        assert.equal((await store.findManifestInfo(app, { digest }))?.digest, digest);
        return { late };
      })
      .then(({ late }) => late);
    assert.deepEqual(log, []);
  });

  test('a commit whose answer is lost is unknown, and not made again', async (t) => {
    const url = await bench.newDatabase();
    let wanted = false;
    const proxy = await cuttingProxy(t, bench.server.port, (sent) => wanted && sent.includes('commit'));
    const { store } = await openStore(t, url.replace(/:\d+\//, `:${proxy.port}/`));
    const event = { type: 'gc.finished', at: 1, by: systemAgent('gc'), data: {} } as const;
    await store.recordEvent(event);
    wanted = true;
    await assert.rejects(store.recordEvent(event), (error) => error instanceof UnknownOutcomeError && error.retryable);
    wanted = false;
    assert.equal(proxy.cuts(), 1);
    assert.equal((await new StoreSteps(store).events()).length, 2);
  });

  test('a connection that breaks before the commit: the command is done again, and done once', async (t) => {
    const url = await bench.newDatabase();
    let left = 0;
    const proxy = await cuttingProxy(t, bench.server.port, (sent) => left > 0 && sent.includes('insert into users') && left-- > 0);
    const { store } = await openStore(t, url.replace(/:\d+\//, `:${proxy.port}/`));
    left = 1;
    const createUser = (name: string) => store.createUser({ name, passwordHash: undefined, administrator: false, at: 1 });
    assert.equal((await createUser('ann'))?.name, 'ann');
    assert.equal(proxy.cuts(), 1);
    left = 2;
    await assert.rejects(createUser('ben'), mayPass);
  });

  test('a read whose connection breaks is read again', async (t) => {
    const url = await bench.newDatabase();
    let left = 0;
    const proxy = await cuttingProxy(t, bench.server.port, (sent) => left > 0 && sent.includes('repositories') && left-- > 0);
    const { store } = await openStore(t, url.replace(/:\d+\//, `:${proxy.port}/`));
    await new StoreSteps(store).push(app);
    left = 1;
    assert.equal((await store.findRepository(app))?.name, app);
    assert.equal(proxy.cuts(), 1);
  });
}
