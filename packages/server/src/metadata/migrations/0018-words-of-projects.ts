import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';
import { columnTypes } from './column-types.ts';

/**
 * Words of one project in their order, so that whoever sees a few projects searches in those alone. A version before this one leaves the project of
 * what it adds empty; such words are searched by everybody.
 */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  await db.schema.alterTable('repository_words').addColumn('project_id', columnTypes(dialect).integer).execute();
  await sql`update repository_words set project_id = (select r.project_id from repositories r where r.id = repository_words.repository_id)`.execute(
    db,
  );
  await db.schema
    .createIndex('repository_words_by_project')
    .on('repository_words')
    .columns(['project_id', 'word', 'position', 'repository_id'])
    .execute();
}
