import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { BlobLocation } from '../../registry/ports/blob-store.ts';
import { app, by, foreign, newDigest } from '../contract/contract-steps.ts';
import { PostgresBench } from './postgres-bench.ts';
import { UnknownOutcomeError } from './postgres-errors.ts';

const bench = PostgresBench.forThisFile();

if (bench !== undefined) {
  const usageEqualsRecount = async (url: string): Promise<void> => {
    const rows = await bench.query(
      url,
      `select coalesce(u.bytes, 0) as bytes, coalesce(sum(b.size), 0)::bigint
         + (select coalesce(sum(m.size), 0) from manifests m join repositories r on r.id = m.repository_id where r.project_id = p.id)::bigint
         as counted from projects p left join usage u on u.project_id = p.id
       left join project_blobs pb on pb.project_id = p.id left join blobs b on b.id = pb.blob_id group by p.id, u.bytes`,
    );
    for (const { bytes, counted } of rows) assert.equal(bytes, counted);
    const links = await bench.query(
      url,
      `select pb.links, (select count(*) from repository_blobs rb join repositories r on r.id = rb.repository_id
         where r.project_id = pb.project_id and rb.blob_id = pb.blob_id) as counted from project_blobs pb`,
    );
    for (const row of links) assert.equal(row['links'], row['counted']);
  };

  test('the account of a project is locked for no longer than a commit takes', () =>
    bench.withStore(async (_, steps, url) => {
      await steps.blob(app);
      const usage = () => bench.query(url, 'select bytes from usage for update nowait');
      const pushing = await bench.whileLocked(url, 'lock table events in share row exclusive mode', async (waiting) => {
        const pushed = steps.blob(app);
        await waiting(1);
        assert.equal((await usage()).length, 1);
        return { pushed };
      });
      await pushing.pushed;
      await usageEqualsRecount(url);
    }));

  test('the account of a project equals a recount after pushes and removals at once', () =>
    bench.withStore(async (store, steps, url) => {
      const shared = Array.from({ length: 3 }, () => newDigest());
      const remove = (digest: (typeof shared)[number]) => store.deleteBlob({ repository: app, digest, by, at: steps.at });
      for (let round = 0; round < 8; round += 1) {
        await Promise.all([
          ...shared.flatMap((digest) => [steps.blob(app, digest), steps.blob(app, digest), steps.blob(foreign, digest), remove(digest)]),
          steps.blob(app),
        ]);
        const links = (await store.listUnreferencedLinks(steps.at + 1, undefined, 100)).items;
        await Promise.all([
          store.removeUnreferencedLinks({ before: steps.at + 1, links }),
          ...shared.map((digest) => steps.blob(app, digest)),
        ]);
        await usageEqualsRecount(url);
      }
    }));

  test('a push whose last statement is refused is undone as a whole', () =>
    bench.withStore(async (store, steps, url) => {
      await steps.blob(app);
      await bench.query(url, 'alter table usage add constraint most check (bytes < 150)');
      const uploadId = await steps.begin(app);
      const digest = newDigest();
      const location = `blobs/${randomUUID()}` as BlobLocation;
      const commit = () => store.commitBlob({ uploadId, epoch: 1, digest, sizeBytes: 100, location, by, at: steps.at });
      await assert.rejects(commit(), /23514/);
      assert.equal(await store.findBlob(app, digest), undefined);
      await bench.query(url, 'alter table usage drop constraint most');
      assert.deepEqual(await commit(), { outcome: 'stored' });
      await usageEqualsRecount(url);
    }));

  test('a push whose connection breaks during its last statements is not known to have failed, and is not done twice', () =>
    bench.withStore(async (_, steps, url) => {
      await steps.blob(app);
      const pushing = await bench.whileLocked(url, 'select 1 from usage for update', async (waiting) => {
        const pushed = assert.rejects(steps.blob(app), UnknownOutcomeError);
        await waiting(1);
        await bench.query(url, "select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'");
        return { pushed };
      });
      await pushing.pushed;
      await usageEqualsRecount(url);
    }));

  test('only what a crash of the server may undo is answered before it is synced', () =>
    bench.withStore(async (store, steps, url) => {
      const id = await steps.begin(app);
      const progress = { id, epoch: 1, from: 0, to: 5, state: undefined, at: steps.at };
      const pending = async (): Promise<number> =>
        (await bench.query(url, "select 1 from pg_stat_activity where wait_event = 'SyncRep' and datname = current_database()")).length;
      // A commit that waits for its sync waits for this standby as well, and there is none.
      await bench.server.configure({ synchronous_standby_names: 'nobody' });
      try {
        // Every server process hears of the setting when it does.
        const probes: Promise<unknown>[] = [];
        while ((await pending()) === 0) probes.push(bench.query(url, `create table probe${probes.length} ()`));
        await steps.begin(app);
        assert.equal(await store.advanceUpload(progress), true);
        const before = await pending();
        const begun = steps.begin(foreign);
        const pushed = store.commitManifest(steps.manifest(app, { tags: ['v1'] }));
        while ((await pending()) < before + 2);
        await bench.server.configure({ synchronous_standby_names: '' });
        await Promise.all([begun, pushed, ...probes]);
      } finally {
        await bench.server.configure({ synchronous_standby_names: '' });
      }
    }));
}
