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
 * while replicas are replaced and knows of no list. What such a one has stored until now is put on it.
 */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  for (const text of triggers[dialect]) await sql.raw(text).execute(db);
  await sql`insert into unindexed_manifests (manifest_id) select id from manifests m
    where not exists (select 1 from image_words w where w.manifest_id = m.id) on conflict (manifest_id) do nothing`.execute(db);
}
