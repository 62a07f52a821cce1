import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';
import { columnTypes } from './column-types.ts';

/** Where a lease holds its content, and the promotions into a tag, of which old ones go. */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const { integer } = columnTypes(dialect);
  // Null: in every project.
  await db.schema
    .alterTable('content_leases')
    .addColumn('project_id', integer, (column) => column.references('projects.id').onDelete('cascade'))
    .execute();
  await db.schema
    .createIndex('content_leases_by_project')
    .on('content_leases')
    .column('project_id')
    .where(sql`project_id`, 'is not', null)
    .execute();
  await db.schema.createIndex('promotions_by_tag').on('promotions').columns(['to_repository_id', 'to_tag', 'id']).execute();
}
