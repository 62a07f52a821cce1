import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { app, newDigest } from '../contract/contract-steps.ts';
import { reads } from '../reads/index.ts';
import type { SqlRow, SqlSession, SqlValue } from '../sql-session.ts';
import { PostgresBench } from './postgres-bench.ts';
import { StatementCache } from './statement-cache.ts';

const bench = PostgresBench.forThisFile();

/** Answers every read with nothing, and notes how the server would go about it once it is prepared. */
class PlannedSession implements SqlSession {
  readonly dialect = 'postgres';
  readonly plans: string[] = [];
  readonly #client: pg.Client;
  readonly #statements = new StatementCache(true);

  constructor(client: pg.Client) {
    this.#client = client;
  }

  async all<T extends SqlRow>(text: string, params: readonly SqlValue[] = []): Promise<T[]> {
    const { text: translated } = this.#statements.translate(text);
    await this.#client.query(`prepare planned as ${translated}`);
    const { rows } = await this.#client.query<{ 'QUERY PLAN': string }>(`explain execute planned (${params.map(() => 'null').join(', ')})`);
    await this.#client.query('deallocate planned');
    this.plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
    return [];
  }

  async get<T extends SqlRow>(text: string, params?: readonly SqlValue[]): Promise<T | undefined> {
    await this.all(text, params);
    return undefined;
  }

  async run(): Promise<number> {
    throw new Error('reads do not write');
  }
}

if (bench !== undefined) {
  test('a page of a list costs what it shows, however many there are', async () => {
    const client = new pg.Client({ connectionString: await bench.newDatabase() });
    await client.connect();
    try {
      await client.query(`
        insert into projects (name, store_id, created_at, created_by) select 'team', id, 1, 'x' from stores;
        insert into repositories (project_id, name, created_at) select 1, 'team/r' || i, 1 from generate_series(1, 3000) i;
        insert into manifests (repository_id, digest, media_type, size, subject, pushed_at, pushed_by, renewed_at, bytes)
          select id, sha256(name::bytea), 'm', 1, sha256('subject'), 1, 'x', 1, '' from repositories;
        insert into tags (repository_id, name, manifest_id, updated_at, updated_by) select 1 + i % 50, 't' || i, 1, 1, 'x' from generate_series(1, 20000) i;
        insert into tag_history (repository_id, tag, actor, at) select 1 + i % 50, 't' || i % 5, 'x', 1 from generate_series(1, 20000) i;
        analyze;
        set plan_cache_mode = force_generic_plan`);
      const session = new PlannedSession(client);
      await reads.listTags(session, app, { limit: 100 });
      await reads.listReferrers(session, app, newDigest(), undefined, { limit: 100 });
      await reads.listTagHistory(session, app, 't' as never, 100);
      await reads.listRepositories(session, { kind: 'everything' }, { limit: 100 });
      assert.equal(session.plans.length, 5);
      for (const plan of session.plans) assert.doesNotMatch(plan, /Sort|Seq Scan|Hash/, plan);
    } finally {
      await client.end();
    }
  });
}
