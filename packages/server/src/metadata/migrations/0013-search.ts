import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { searchWords } from '../search-words.ts';
import type { SqlDialect } from '../sql-session.ts';
import { columnTypes, refersTo, required } from './column-types.ts';

const atOnce = 500;

/** What repositories are found by, and the orders in which people look at tags and manifests. */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const { integer, text, finishKeyed } = columnTypes(dialect);
  await finishKeyed(
    db.schema
      .createTable('repository_words')
      .addColumn('word', text, required)
      .addColumn('position', integer, required)
      .addColumn('repository_id', integer, refersTo('repositories', 'cascade'))
      .addPrimaryKeyConstraint('repository_words_key', ['word', 'position', 'repository_id']),
  ).execute();
  await db.schema
    .createIndex('repository_words_by_repository')
    .on('repository_words')
    .columns(['repository_id', 'word', 'position'])
    .execute();
  await db.schema.createIndex('tags_by_update').on('tags').columns(['repository_id', 'updated_at', 'name']).execute();
  await db.schema.createIndex('manifests_by_push').on('manifests').columns(['repository_id', 'pushed_at', 'id']).execute();
  await db.schema
    .createIndex('manifests_by_artifact_type')
    .on('manifests')
    .columns(['repository_id', 'artifact_type', 'pushed_at', 'id'])
    .where(sql`artifact_type`, 'is not', null)
    .execute();
  await db.schema
    .createIndex('manifests_by_media_type')
    .on('manifests')
    .columns(['repository_id', 'media_type', 'pushed_at', 'id'])
    .execute();
  await fillWords(db);
}

async function fillWords(db: Kysely<unknown>): Promise<void> {
  let after = 0;
  for (;;) {
    const { rows } = await sql<{ id: number | string; name: string }>`
      select id, name from repositories where id > ${after} order by id limit ${atOnce}`.execute(db);
    const words = rows.flatMap(({ id, name }) => searchWords(name).map((word) => ({ ...word, repository_id: Number(id) })));
    for (let from = 0; from < words.length; from += atOnce) {
      await db
        .insertInto('repository_words' as never)
        .values(words.slice(from, from + atOnce) as never)
        .execute();
    }
    after = Number(rows.at(-1)?.id ?? 0);
    if (rows.length < atOnce) return;
  }
}
