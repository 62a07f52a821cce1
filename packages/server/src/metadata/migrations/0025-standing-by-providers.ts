import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';
import { columnTypes } from './column-types.ts';

/**
 * What users hold by the word of a provider, so that it can end with the settings. Null: nothing, until the provider vouches again. Empty:
 * being a user, and groups. Otherwise the group of the provider as a member of which the user administers the registry.
 */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const { text } = columnTypes(dialect);
  await db.schema
    .alterTable('identity_links')
    .addColumn('standing', text, (column) => column.defaultTo(''))
    .execute();
  await sql`create index identity_links_held on identity_links (provider, standing, user_id) where standing is not null`.execute(db);
}
