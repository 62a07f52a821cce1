import type { Kysely } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';
import { columnTypes } from './column-types.ts';

/** Entries that a receiver of the audit log refused wait for their next try without standing in the way of others. */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const { integer } = columnTypes(dialect);
  await db.schema
    .alterTable('audit_unforwarded')
    .addColumn('held_until', integer, (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema.createIndex('audit_unforwarded_in_turn').on('audit_unforwarded').columns(['sink_id', 'held_until', 'audit_id']).execute();
}
