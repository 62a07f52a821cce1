import type { Kysely } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';
import type { ColumnTypes } from './column-types.ts';
import { columnTypes, refersTo, required } from './column-types.ts';

/** Rules over the tags of a project, the conditions of a promotion into it, and the promotions that were made. */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const types = columnTypes(dialect);
  await createTagRules(db, types);
  await createPromotions(db, types);
  await createPromoted(db, types);
}

async function createTagRules(db: Kysely<unknown>, { integer, text, identity, finish, finishKeyed }: ColumnTypes): Promise<void> {
  // How many rules a project has: whoever reads a repository's row knows without asking whether there is anything to ask for.
  await db.schema
    .alterTable('projects')
    .addColumn('tag_rules', integer, (column) => column.notNull().defaultTo(0))
    .execute();
  await finish(
    db.schema
      .createTable('tag_rules')
      .addColumn('id', integer, identity)
      .addColumn('project_id', integer, refersTo('projects', 'cascade'))
      .addColumn('repositories', text, required)
      .addColumn('range_low', text, required)
      .addColumn('range_high', text, required)
      .addColumn('tags', text, required)
      .addColumn('kind', text, required)
      .addColumn('roles', text, required)
      .addColumn('created_at', integer, required)
      .addColumn('created_by', text, required)
      .addColumn('version', integer, required),
  ).execute();
  await db.schema.createIndex('tag_rules_by_project').on('tag_rules').columns(['project_id', 'id']).execute();
  await finishKeyed(
    db.schema
      .createTable('promotion_policies')
      .addColumn('project_id', integer, (column) => refersTo('projects', 'cascade')(column).primaryKey())
      .addColumn('from_chain_only', integer, required)
      .addColumn('minimum_age_ms', integer, required)
      .addColumn('required_referrers', text, required)
      .addColumn('roles', text, required)
      .addColumn('version', integer, required),
  ).execute();
}

async function createPromotions(db: Kysely<unknown>, { integer, text, bytes, identity, finish }: ColumnTypes): Promise<void> {
  await finish(
    db.schema
      .createTable('promotions')
      .addColumn('id', integer, identity)
      .addColumn('at', integer, required)
      .addColumn('actor', text, required)
      // Null once the repository is gone; the name it had stays, for whoever may see the target.
      .addColumn('from_repository_id', integer, (column) => column.references('repositories.id').onDelete('set null'))
      .addColumn('from_tag', text)
      .addColumn('to_repository_id', integer, refersTo('repositories', 'cascade'))
      .addColumn('to_project_id', integer, refersTo('projects', 'cascade'))
      .addColumn('to_tag', text, required)
      .addColumn('digest', bytes, required)
      .addColumn('previous_digest', bytes)
      .addColumn('manifests', integer, required)
      .addColumn('blobs', integer, required)
      .addColumn('added_bytes', integer, required)
      .addColumn('undo_until', integer, required)
      .addColumn('undone_at', integer)
      .addColumn('undone_by', text),
  ).execute();
  await db.schema.createIndex('promotions_by_source').on('promotions').columns(['from_repository_id', 'id']).execute();
  await db.schema.createIndex('promotions_by_target').on('promotions').columns(['to_repository_id', 'id']).execute();
  await db.schema.createIndex('promotions_by_project').on('promotions').columns(['to_project_id', 'id']).execute();
}

async function createPromoted(db: Kysely<unknown>, { integer, text, bytes, finishKeyed }: ColumnTypes): Promise<void> {
  await finishKeyed(
    db.schema
      .createTable('promotion_tags')
      .addColumn('promotion_id', integer, refersTo('promotions', 'cascade'))
      .addColumn('tag', text, required)
      .addColumn('from_digest', bytes)
      .addColumn('to_digest', bytes, required)
      .addPrimaryKeyConstraint('promotion_tags_key', ['promotion_id', 'tag']),
  ).execute();
  await finishKeyed(
    db.schema
      .createTable('promotion_manifests')
      .addColumn('digest', bytes, required)
      .addColumn('promotion_id', integer, refersTo('promotions', 'cascade'))
      .addPrimaryKeyConstraint('promotion_manifests_key', ['digest', 'promotion_id']),
  ).execute();
  await db.schema.createIndex('promotion_manifests_by_promotion').on('promotion_manifests').column('promotion_id').execute();
  await finishKeyed(
    db.schema
      .createTable('late_referrers')
      .addColumn('promotion_id', integer, refersTo('promotions', 'cascade'))
      .addColumn('digest', bytes, required)
      .addColumn('artifact_type', text)
      .addColumn('at', integer, required)
      .addPrimaryKeyConstraint('late_referrers_key', ['promotion_id', 'digest']),
  ).execute();
}
