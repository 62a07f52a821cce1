import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';
import { columnTypes, refersTo, required } from './column-types.ts';

/** Who users are at providers of logins, and which groups are a provider's. */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const { integer, text, identity, finish } = columnTypes(dialect);
  await finish(
    db.schema
      .createTable('identity_links')
      .addColumn('id', integer, identity)
      .addColumn('user_id', integer, refersTo('users', 'cascade'))
      .addColumn('provider', text, required)
      .addColumn('external_id', text, required)
      .addColumn('external_name', text, required)
      .addColumn('email', text)
      // Sealed: with what the provider is asked again.
      .addColumn('renewal', text)
      // Null: never.
      .addColumn('check_after', integer)
      .addColumn('created_at', integer, required)
      .addColumn('last_seen_at', integer, required)
      .addUniqueConstraint('identity_links_once', ['provider', 'external_id']),
  ).execute();
  await db.schema.createIndex('identity_links_by_user').on('identity_links').columns(['user_id', 'id']).execute();
  await sql`create index identity_links_due on identity_links (provider, check_after) where check_after is not null`.execute(db);
  const groups = () => db.schema.alterTable('groups');
  // Null: made by hand, and joined by hand alone.
  await groups().addColumn('provider', text).execute();
  await groups().addColumn('external_name', text).execute();
  await sql`create unique index groups_of_providers on groups (provider, external_name) where provider is not null`.execute(db);
}
