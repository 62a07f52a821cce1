import type { Kysely } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';
import { columnTypes } from './column-types.ts';

/** When whoever a session is of last proved who they are: 0 where their provider does not say, null (an older version's) when it began. */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  await db.schema.alterTable('sessions').addColumn('proved_at', columnTypes(dialect).integer).execute();
}
