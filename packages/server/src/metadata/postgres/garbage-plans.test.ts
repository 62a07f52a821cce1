import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { systemAgent } from '../../registry/ports/agent.ts';
import { commands } from '../commands/index.ts';
import { registryRows } from '../large-registry-bench.ts';
import { reads } from '../reads/index.ts';
import type { SqlTransaction } from '../sql-session.ts';
import { ExplainedTransaction } from './explained-transaction-bench.ts';
import { PostgresBench } from './postgres-bench.ts';

const bench = PostgresBench.forThisFile();

/** Four in ten blobs are garbage. */
const size = { projects: 100, repositories: 100, manifests: 6000, blobs: 20_000, tags: 4000, tagsInFirst: 0 };
/** As many as make it worth while to look each of them up in tables of this size. */
const batch = 10;

/** Goes through all that a collection does to the metadata, a batch of each kind; answers the smallest batch. */
async function collectSome(sql: SqlTransaction, now: number): Promise<number> {
  const manifests = await reads.listUntaggedManifests(sql, now, undefined, batch);
  await commands.removeUntaggedManifests(sql, { before: now, at: now, by: systemAgent('gc'), manifests: manifests.items });
  const links = await reads.listUnreferencedLinks(sql, now, undefined, batch);
  await commands.removeUnreferencedLinks(sql, { before: now, links: links.items });
  const { items } = await reads.listUnlinkedPlacements(sql, now, undefined, batch);
  const placementIds = items.map(({ placementId }) => placementId);
  await commands.condemnPlacements(sql, { before: now, at: now, placementIds });
  const condemned = await reads.listCondemnedPlacements(sql, batch);
  await commands.forgetPlacements(sql, { at: now, placementIds });
  await reads.knownLocations(
    sql,
    'default',
    condemned.map(({ location }) => location),
  );
  return Math.min(manifests.items.length, links.items.length, condemned.length);
}

/** Goes through all that a run of retention does to a repository, a batch of each kind; answers the smallest batch. */
async function retainSome(sql: SqlTransaction, now: number): Promise<number> {
  const repositoryId = 1;
  const lease = await commands.acquireLease(sql, { name: 'retention:1', holder: 'test', ttlMs: 60_000 });
  const fence = { lease: 'retention:1', token: lease?.fencingToken ?? 0 };
  const removal = { repositoryId, before: now, at: now, by: systemAgent('retention'), fence };
  const tags = await reads.listTagFacts(sql, repositoryId, { limit: batch, after: undefined });
  await reads.findPresentManifests(
    sql,
    repositoryId,
    tags.map(({ digest }) => digest),
  );
  const removed = await commands.removeTags(sql, { ...removal, tags });
  const released = await reads.listReleasedManifests(sql, repositoryId, { limit: batch, after: 0 });
  const { manifests } = await commands.removeReleased(sql, { ...removal, manifestIds: released });
  const loose = await reads.listLooseManifests(sql, repositoryId, now, undefined);
  await commands.removeReleased(sql, { ...removal, manifestIds: loose.items.slice(0, batch) });
  return Math.min(removed.length, manifests, loose.items.length);
}

if (bench !== undefined) {
  test('a batch of a collection, or of retention, reads none of the tables that grow as a whole', async () => {
    const client = new pg.Client({
      connectionString: await bench.newDatabase(),
      types: {
        getTypeParser: (oid: number, format?: 'text' | 'binary') =>
          oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as never),
      } as never,
    });
    await client.connect();
    try {
      await client.query(registryRows('postgres', size, 1).join(';'));
      await client.query('set plan_cache_mode = force_generic_plan');
      for (const statistics of ['select', 'analyze']) {
        await client.query(statistics);
        const sql = new ExplainedTransaction(client);
        assert.ok((await collectSome(sql, Date.now())) > 0);
        assert.ok((await retainSome(sql, Date.now())) > 0);
        assert.ok(sql.plans.length > 40, `only ${sql.plans.length} statements`);
        for (const plan of sql.plans) {
          assert.doesNotMatch(
            plan,
            /Seq Scan on (blobs|blob_placements|repository_blobs|project_blobs|manifests|manifest_references|tags)\b|hashed SubPlan/,
          );
        }
      }
    } finally {
      await client.end();
    }
  });
}
