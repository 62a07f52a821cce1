import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';

const queue = 'insert into unindexed_manifests (manifest_id) values (new.id) on conflict (manifest_id) do nothing';

const triggers: Readonly<Record<SqlDialect, readonly string[]>> = {
  sqlite: [`create trigger queued_for_search after insert on manifests begin ${queue}; end`],
  postgres: [
    `create function queue_for_search() returns trigger language plpgsql as $$ begin ${queue}; return null; end $$`,
    'create trigger queued_for_search after insert on manifests for each row execute function queue_for_search()',
  ],
};

/**
 * Whoever stores a manifest, it is on the list of those to be looked into for the search: also an earlier version, which serves beside this one
 * while replicas are replaced and knows of no list. What is there already is put on it by a job, bit by bit: the table of manifests is locked until
 * this has ended, and every push waits for that.
 */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  for (const text of triggers[dialect]) await sql.raw(text).execute(db);
  const now = Date.now();
  await sql`insert into jobs (name, input, state, available_at, created_at, requested_by)
    select 'queue-for-search', '{}', 'queued', cast(${now} as bigint), cast(${now} as bigint), 'system:search-index'
    where exists (select 1 from manifests)`.execute(db);
}
