import type { Kysely } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';
import { columnTypes, refersTo, required } from './column-types.ts';

/** What comparisons of images found out, and the jobs that find it out. */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const { integer, text, bytes, identity, finish, finishKeyed } = columnTypes(dialect);
  await finish(
    db.schema
      .createTable('comparisons')
      .addColumn('id', integer, identity)
      .addColumn('from_digest', bytes, required)
      .addColumn('to_digest', bytes, required)
      .addColumn('job_id', integer, required)
      .addColumn('turn', text)
      .addColumn('summary', text)
      .addColumn('stored_bytes', integer, required)
      .addColumn('used_at', integer, required),
  ).execute();
  await db.schema.createIndex('comparisons_by_pair').unique().on('comparisons').columns(['from_digest', 'to_digest']).execute();
  await finishKeyed(
    db.schema
      .createTable('comparison_pages')
      .addColumn('comparison_id', integer, refersTo('comparisons', 'cascade'))
      .addColumn('turn', text, required)
      .addColumn('change', text, required)
      .addColumn('last_path', text, required)
      .addColumn('entries', bytes, required)
      .addPrimaryKeyConstraint('comparison_pages_key', ['comparison_id', 'turn', 'change', 'last_path']),
  ).execute();
}
