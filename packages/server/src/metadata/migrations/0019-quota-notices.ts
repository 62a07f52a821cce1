import type { Kysely } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';
import { columnTypes } from './column-types.ts';

/** `usage.tags_exceeded_at`: when it was last told that the limit of tags refused something; `exceeded_at` is of bytes alone. */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  await db.schema.alterTable('usage').addColumn('tags_exceeded_at', columnTypes(dialect).integer).execute();
}
