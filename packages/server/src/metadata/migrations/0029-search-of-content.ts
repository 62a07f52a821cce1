import type { Kysely } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';
import { columnTypes, refersTo, required } from './column-types.ts';

/**
 * Tags by their names and manifests by their digests in all repositories, and what images are found by: words of their labels and annotations,
 * which are looked into behind their push.
 */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const { integer, text, finishKeyed } = columnTypes(dialect);
  await finishKeyed(
    db.schema
      .createTable('image_words')
      .addColumn('word', text, required)
      .addColumn('position', integer, required)
      .addColumn('manifest_id', integer, refersTo('manifests', 'cascade'))
      .addColumn('project_id', integer, required)
      .addPrimaryKeyConstraint('image_words_key', ['word', 'position', 'manifest_id']),
  ).execute();
  const index = (name: string, ...columns: string[]) => db.schema.createIndex(name).on('image_words').columns(columns);
  await index('image_words_by_project', 'project_id', 'word', 'position', 'manifest_id').execute();
  await index('image_words_by_manifest', 'manifest_id', 'word', 'position').execute();
  // An id and no reference: a manifest that goes need not look here.
  await finishKeyed(
    db.schema.createTable('unindexed_manifests').addColumn('manifest_id', integer, (column) => column.notNull().primaryKey()),
  ).execute();
  await db.schema.createIndex('tags_by_name').on('tags').columns(['name', 'repository_id']).execute();
  await db.schema.createIndex('manifests_by_digest').on('manifests').columns(['digest', 'repository_id']).execute();
}
