import type { Kysely } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';
import { columnTypes, refersTo, required } from './column-types.ts';

/**
 * Projects may be closed to addresses. `projects` keeps the limits as they were given, JSON lists of text; `closed_addresses` what they keep
 * out, from `low` to `high`, by which lists and decisions look. It changes with a row of `projects` alone, whose trigger tells of it on PostgreSQL.
 */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const { integer, text, finishKeyed } = columnTypes(dialect);
  await db.schema.alterTable('projects').addColumn('allowed_addresses', text).execute();
  await db.schema.alterTable('projects').addColumn('denied_addresses', text).execute();
  await finishKeyed(
    db.schema
      .createTable('closed_addresses')
      .addColumn('project_id', integer, refersTo('projects', 'cascade'))
      .addColumn('low', text, required)
      .addColumn('high', text, required)
      .addPrimaryKeyConstraint('closed_addresses_key', ['project_id', 'low', 'high']),
  ).execute();
}
