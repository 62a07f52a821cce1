import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { app, StoreSteps } from '../contract/contract-steps.ts';
import { schemaSteps } from '../migrations/index.ts';
import { PostgresBench } from './postgres-bench.ts';
import { openPostgresMetadata } from './postgres-metadata.ts';
import { StatementCache } from './statement-cache.ts';

const bench = PostgresBench.forThisFile();

test('placeholders are numbered, and a text has one name', () => {
  const cache = new StatementCache(true);
  assert.deepEqual(cache.translate('select ? where a = ? and b in (?, ?)'), {
    name: 's1',
    text: 'select $1 where a = $2 and b in ($3, $4)',
  });
  assert.equal(cache.translate('select 2').name, 's2');
  assert.equal(cache.translate('select ? where a = ? and b in (?, ?)').name, 's1');
});

test('a server that is not there is a StorageError that may pass', async () => {
  await assert.rejects(
    openPostgresMetadata({ url: 'postgres://longshore@127.0.0.1:1/none' }),
    (error) => error instanceof StorageError && error.retryable,
  );
});

test('servers that do not answer in time are told of, with how long it was and what to do', async (t) => {
  const taken = new Set<Socket>();
  const silent = createServer((socket) => void taken.add(socket));
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    silent.close();
    for (const socket of taken) socket.destroy();
  });
  const { port } = silent.address() as AddressInfo;
  const opened = openPostgresMetadata({ url: `postgres://longshore@127.0.0.1:${port},127.0.0.1:${port}/none`, timeoutMs: 150 });
  await assert.rejects(
    opened,
    (error) =>
      error instanceof StorageError &&
      error.reason === 'unreachable' &&
      /no answer within 0\.15 s; .* raise metadata\.timeoutSeconds/.test(error.message) &&
      error.message.split(`127.0.0.1:${port}: no answer`).length === 3,
  );
});

if (bench !== undefined) {
  test('replicas that start together on an empty database migrate it once', async () => {
    const url = await bench.server.createDatabase('empty');
    const stores = await Promise.all([1, 2, 3].map(() => openPostgresMetadata({ url })));
    await Promise.all(stores.map((store) => store.probe()));
    await Promise.all(stores.map((store) => store.close()));
    assert.equal((await bench.query(url, 'select * from schema_migrations')).length, schemaSteps.length);
  });

  test("a database from which a newer version took something away is refused by the migration's name", async () => {
    const url = await bench.newDatabase();
    await bench.query(url, "insert into schema_migrations (name, timestamp) values ('9999-contract-from-the-future', '2099')");
    await assert.rejects(openPostgresMetadata({ url }), /'9999-contract-from-the-future'.*Run the newer version/);
  });

  test('what was running on a connection that was cut is done again, once, and the store works on', async () => {
    const url = await bench.newDatabase();
    const store = await openPostgresMetadata({ url, maxConnections: 2 });
    const steps = new StoreSteps(store);
    const digest = await steps.push(app);
    const cut =
      "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'longshore' and datname = current_database()";
    await bench.whileLocked(url, 'lock table manifests', async (waiting) => {
      const push = steps.push(app).catch((error: unknown) => error);
      await waiting(1);
      await bench.query(url, cut);
      await waiting(1);
      await bench.query(url, cut);
      const error = await push;
      assert.ok(error instanceof StorageError && error.retryable, String(error));
    });
    assert.equal((await store.findManifestInfo(app, { digest }))?.digest, digest);
    await steps.push(app);
    await store.close();
    await assert.rejects(store.probe(), StorageError);
  });

  test('a server that only reads refuses writes as read-only', async () => {
    const url = await bench.newDatabase();
    await bench.query(url, `alter database ${url.replace(/.*\//, '')} set default_transaction_read_only = on`);
    const store = await openPostgresMetadata({ url });
    await assert.rejects(store.probe(), (error) => error instanceof StorageError && error.reason === 'read-only');
    await store.close();
  });
}
