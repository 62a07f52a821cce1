import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Digest } from '@longshore/oci';
import { processTree } from '../../../../../test/processes/process-tree.ts';
import { until } from '../../../../../test/security/until.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import { app, by, StoreSteps } from '../contract/contract-steps.ts';
import { openSqliteMetadata } from './sqlite-metadata.ts';
import { startWriterProcess, type WriterProcess } from './start-writer-process.ts';

const notLinux = process.platform !== 'linux';

interface Host {
  readonly path: string;
  readonly directory: string;
  /** `stuckMs`: the limit of its supervisor, far away by default. */
  startWriter(options?: { failpoint?: string; stuckMs?: number }): Promise<WriterProcess>;
  open(patienceMs?: number): Promise<MetadataStore>;
  readonly log: string[];
}

/** A database and a socket of their own; what was started is ended with the test. */
async function newHost(t: TestContext): Promise<Host> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-writer-'));
  const [path, writerSocket] = [join(directory, 'metadata.db'), join(directory, 'writer.sock')];
  const undo: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true })];
  t.after(async () => {
    for (const each of undo.reverse()) await each();
  });
  const log: string[] = [];
  const note = (message: string) => void log.push(message);
  const logger = { info: note, warn: note, error: note };
  return {
    path,
    directory,
    log,
    startWriter: async ({ failpoint, stuckMs = 60_000 } = {}) => {
      const options = { path, durability: 'full', failpoint, socket: writerSocket } as const;
      const writer = await startWriterProcess(options, { stuckMs, logger });
      undo.push(() => {
        writer.kill();
        return writer.ended;
      });
      return writer;
    },
    open: async (patienceMs = 30_000) => {
      const store = await openSqliteMetadata({ path, durability: 'full', writerSocket, patienceMs });
      undo.push(() => store.close());
      return store;
    },
  };
}

test('one process writes for several, and each sees what another was told', async (t) => {
  const host = await newHost(t);
  const writer = await host.startWriter();
  const stores = await Promise.all([host.open(), host.open(), host.open()]);
  for (const store of stores) {
    const digest = await new StoreSteps(store).push(app);
    for (const reader of stores) assert.notEqual(await reader.findManifestInfo(app, { digest }), undefined);
  }
  for (const store of stores) await store.close();
  writer.retire();
  assert.equal(await writer.ended, 'exit code 0');
  assert.deepEqual((await readdir(host.directory)).sort(), ['metadata.db', 'writer.sock'], 'the log is in the database');
});

test('when it dies, what was sent is rejected as retryable, and what comes later waits for the next one', async (t) => {
  const host = await newHost(t);
  await host.startWriter({ failpoint: 'manifest.in-transaction:3' });
  const store = await host.open();
  const steps = new StoreSteps(store);
  const digests = [await steps.push(app), await steps.push(app)];
  await assert.rejects(steps.push(app), (error) => error instanceof StorageError && error.retryable);
  const diedAt = performance.now();
  const later = steps.push(app).catch((error: unknown) => error);
  await host.startWriter();
  const outcome = await later;
  // Whoever waits, waits for five seconds: a busy machine may need longer for the next one.
  if (outcome instanceof StorageError && performance.now() - diedAt > 5000) assert.ok(outcome.retryable);
  else digests.push(outcome as Digest);
  for (const digest of digests) assert.notEqual(await store.findManifestInfo(app, { digest }), undefined);
});

test('one that retires is replaced without a failed write', async (t) => {
  const host = await newHost(t);
  let writer = await host.startWriter();
  const stores = await Promise.all([host.open(), host.open()]);
  let stop = false;
  const pushing = stores.map(async (store) => {
    const digests: string[] = [];
    while (!stop) digests.push(await new StoreSteps(store).push(app));
    return digests;
  });
  for (let round = 0; round < 3; round += 1) {
    const next = await host.startWriter();
    writer.retire();
    assert.equal(await writer.ended, 'exit code 0');
    writer = next;
  }
  stop = true;
  const digests = (await Promise.all(pushing)).flat();
  assert.ok(digests.length > 0);
  for (const digest of digests) assert.notEqual(await stores[0].findManifestInfo(app, { digest: digest as never }), undefined);
});

test('one whose supervisor dies while it starts ends, and leaves no socket', async (t) => {
  const { path, directory } = await newHost(t);
  const sockets = join(directory, 'sockets');
  await mkdir(sockets);
  const options = { path, durability: 'full', socket: join(sockets, 'writer.sock') };
  const child = fork(fileURLToPath(new URL('./writer-process.ts', import.meta.url)), [JSON.stringify(options)], { execArgv: [] });
  child.disconnect();
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  assert.ok(!(await readdir(directory)).includes('sockets'));
});

test('without one, a write fails as retryable after a bounded time', { timeout: 600_000 }, async (t) => {
  const host = await newHost(t);
  const writer = await host.startWriter();
  const store = await host.open();
  writer.kill();
  await writer.ended;
  await assert.rejects(new StoreSteps(store).push(app), (error) => error instanceof StorageError && error.retryable);
});

/** What a write is rejected with when the writer lives and does nothing. */
const stalled = (error: unknown) => error instanceof StorageError && error.reason === 'stalled' && error.retryable;

test('while it stands still, writes fail as stalled after a bounded time; what was given up never happens', {
  skip: notLinux,
}, async (t) => {
  const host = await newHost(t);
  const writer = await host.startWriter();
  const [store, other] = await Promise.all([host.open(5000), host.open(60_000)]);
  const digest = await new StoreSteps(store).push(app);
  process.kill(writer.pid, 'SIGSTOP');
  const late = { id: 'late', repository: app, by, algorithm: 'sha256', at: 1 } as const;
  await assert.rejects(store.startUpload(late), stalled);
  const patient = new StoreSteps(other).push(app);
  await assert.rejects(new StoreSteps(store).push(app), stalled);
  await assert.rejects(host.open(5000), (error) => error instanceof StorageError && error.retryable, 'nobody new gets in');
  process.kill(writer.pid, 'SIGCONT');
  for (const each of [digest, await patient]) assert.notEqual(await store.findManifestInfo(app, { digest: each }), undefined);
  // It is stalled until it is heard again, which it is when it refuses what came too late.
  const pushed = () => new StoreSteps(store).push(app).then(Boolean, () => false);
  await until(pushed);
  assert.equal(await store.findUpload('late'), undefined);
});

test('one that does not answer is killed, and the log says so', { skip: notLinux }, async (t) => {
  const host = await newHost(t);
  const writer = await host.startWriter({ stuckMs: 20_000 });
  process.kill(writer.pid, 'SIGSTOP');
  assert.equal(await writer.ended, 'killed: it did not answer for 20 s');
  assert.match(host.log.join('\n'), /^The writer of the metadata hangs: it did not answer for 20 s, so it is killed\./);
});

test('one that hangs before it is ready is killed, and the next one starts', { skip: notLinux }, async (t) => {
  const host = await newHost(t);
  const starting = host.startWriter({ stuckMs: 3000 });
  await until(() => processTree(process.pid).writers.length > 0);
  for (const pid of processTree(process.pid).writers) process.kill(pid, 'SIGSTOP');
  await assert.rejects(starting, (error) => {
    assert.ok(stalled(error));
    assert.match(String(error), /was not ready 3 s after its start/);
    return true;
  });
  await host.startWriter();
  await new StoreSteps(await host.open()).push(app);
});

test('a database from which a newer version took something away is refused by name', async (t) => {
  const host = await newHost(t);
  const writer = await host.startWriter();
  writer.retire();
  await writer.ended;
  const db = new DatabaseSync(host.path);
  db.exec("insert into schema_migrations (name, timestamp) values ('9999-contract-from-the-future', '2099')");
  db.close();
  await assert.rejects(host.startWriter(), (error) => {
    assert.ok(error instanceof StorageError && !error.retryable);
    assert.match(error.message, /'9999-contract-from-the-future'.*Run the newer version/);
    return true;
  });
});
