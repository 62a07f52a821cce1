import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { PostgresServer, PostgresStandby } from '../../../../../test/tools/postgres.ts';
import { startPostgres } from '../../../../../test/tools/postgres.ts';
import { findProgram, requirePrograms } from '../../../../../test/tools/programs.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import { app, StoreSteps } from '../contract/contract-steps.ts';
import { readHosts } from './postgres-hosts.ts';
import { openPostgresMetadata } from './postgres-metadata.ts';

const programs = ['initdb', 'postgres', 'createdb', 'pg_basebackup', 'pg_ctl', 'psql'] as const;

test('addresses are read as libpq does; several hosts mean one that takes writes', () => {
  const urlsOf = (url: string) => {
    const { addresses, needsWriter } = readHosts({ url });
    return [needsWriter, ...addresses.map((address) => address.url)];
  };
  assert.deepEqual(urlsOf('postgres://me:secret@db:1/x?sslmode=require'), [false, 'postgres://me:secret@db:1/x?sslmode=require']);
  assert.deepEqual(urlsOf('postgres://db/x?target_session_attrs=primary'), [true, 'postgres://db/x']);
  assert.deepEqual(urlsOf('postgresql://a%40b:c@one:1,two,[::1]:3/x?sslmode=require&target_session_attrs=read-write'), [
    true,
    'postgresql://a%40b:c@one:1/x?sslmode=require',
    'postgresql://a%40b:c@two/x?sslmode=require',
    'postgresql://a%40b:c@[::1]:3/x?sslmode=require',
  ]);
  assert.deepEqual(urlsOf('postgres://one,two/x?target_session_attrs=any'), [false, 'postgres://one/x', 'postgres://two/x']);
  assert.deepEqual(urlsOf('postgres:///x?host=/run/postgresql'), [false, 'postgres:///x?host=%2Frun%2Fpostgresql']);
  for (const url of ['mysql://db/x', 'postgres://one,,two/x', 'postgres://one:a/x', 'postgres://one/x?target_session_attrs=standby']) {
    assert.throws(
      () => readHosts({ url }),
      (error) => error instanceof StorageError && !error.retryable,
      url,
    );
  }
});

/** What waits for the time of a statement, rather than for somebody to find the other server, takes longer than that. */
const boundMs = 180_000;

/** A server, another one that has everything before a commit is acknowledged, and a store that knows both. */
async function openPair(t: TestContext): Promise<{ primary: PostgresServer; standby: PostgresStandby; store: MetadataStore }> {
  const primary = await startPostgres();
  t.after(() => primary.stop());
  const standby = await primary.startStandby();
  t.after(() => standby.stop());
  const hosts = `127.0.0.1:${standby.port},127.0.0.1:${primary.port}`;
  const store = await openPostgresMetadata({ url: `postgres://longshore@${hosts}/postgres`, timeoutMs: 2 * boundMs });
  t.after(() => store.close());
  await primary.configure({ synchronous_standby_names: '*' });
  return { primary, standby, store };
}

/** Pushes until it works; how long it took, in milliseconds. Every failure on the way may pass. */
async function msToPush(steps: StoreSteps): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    const digest = await steps
      .push(app)
      .catch((error: unknown) => assert.ok(error instanceof StorageError && error.retryable, String(error)));
    if (digest !== undefined) return performance.now() - startedAt;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('failover', async (t) => {
  if (programs.some((program) => findProgram(program) === undefined)) return void requirePrograms(t, ...programs);

  await t.test('a primary that dies: the store finds the one that was promoted; what was acknowledged is there', async (t) => {
    const { primary, standby, store } = await openPair(t);
    const steps = new StoreSteps(store);
    const digests = [await steps.push(app), await steps.push(app), await steps.push(app)];
    await primary.end('kill');
    await assert.rejects(steps.push(app), (error) => error instanceof StorageError && error.retryable);
    await standby.promote();
    assert.ok((await msToPush(steps)) < boundMs);
    for (const digest of digests) assert.equal((await store.findManifestInfo(app, { digest }))?.digest, digest);
  });

  await t.test('a primary that takes no writes any more, while its connections stay open, is left', async (t) => {
    const { primary, standby, store } = await openPair(t);
    const steps = new StoreSteps(store);
    const digest = await steps.push(app);
    await primary.configure({ synchronous_standby_names: '', default_transaction_read_only: 'on' });
    await standby.promote();
    assert.ok((await msToPush(steps)) < boundMs);
    assert.equal((await store.findManifestInfo(app, { digest }))?.digest, digest);
    // One that comes back as it was is not asked any more.
    await primary.end('fast');
    await primary.start();
    for (let count = 0; count < 5; count += 1) await steps.push(app);
  });
});
