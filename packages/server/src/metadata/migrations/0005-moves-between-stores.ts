import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';
import { columnTypes } from './column-types.ts';

/** A project that moves has two stores, and an upload stays on the store on which it began. */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const { integer } = columnTypes(dialect);
  await db.schema
    .alterTable('projects')
    .addColumn('previous_store_id', integer, (column) => column.references('stores.id'))
    .execute();
  await db.schema.createIndex('projects_by_store').on('projects').columns(['store_id', 'name']).execute();
  await db.schema
    .createIndex('projects_by_previous_store')
    .on('projects')
    .columns(['previous_store_id', 'name'])
    .where(sql`previous_store_id`, 'is not', null)
    .execute();
  // Stays empty where an older version begins one; it is then on the store of its project.
  await db.schema
    .alterTable('uploads')
    .addColumn('store_id', integer, (column) => column.references('stores.id'))
    .execute();
  await sql`update uploads set store_id = (select p.store_id from repositories r join projects p on p.id = r.project_id
    where r.id = uploads.repository_id)`.execute(db);
}
