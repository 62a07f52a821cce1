import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';
import { columnTypes, refersTo, required } from './column-types.ts';

/** Retention policies with their runs, what they release, when a tag was pushed again, and what a visible job needs. */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const { integer, text, identity, finish, finishKeyed } = columnTypes(dialect);
  // A push of the tag to where it points already moves nothing; `updated_at` stays, and this is later.
  await db.schema.alterTable('tags').addColumn('pushed_at', integer).execute();
  await finishKeyed(
    db.schema
      .createTable('retention_policies')
      .addColumn('project_id', integer, (column) => refersTo('projects', 'cascade')(column).primaryKey())
      .addColumn('rules', text, required)
      .addColumn('untagged_days', integer)
      .addColumn('allow_empty', integer, required)
      .addColumn('schedule', text, required)
      .addColumn('next_run_at', integer)
      .addColumn('version', integer, required)
      .addColumn('updated_at', integer, required)
      .addColumn('updated_by', text, required),
  ).execute();
  await db.schema
    .createIndex('retention_policies_due')
    .on('retention_policies')
    .columns(['next_run_at', 'project_id'])
    .where(sql`next_run_at`, 'is not', null)
    .execute();
  await finish(
    db.schema
      .createTable('retention_runs')
      .addColumn('id', integer, identity)
      .addColumn('project_id', integer, refersTo('projects', 'cascade'))
      .addColumn('kind', text, required)
      .addColumn('requested_by', text, required)
      .addColumn('started_at', integer, required)
      .addColumn('finished_at', integer)
      .addColumn('outcome', text)
      .addColumn('tags_kept', integer, (column) => column.notNull().defaultTo(0))
      .addColumn('tags_removed', integer, (column) => column.notNull().defaultTo(0))
      .addColumn('manifests_removed', integer, (column) => column.notNull().defaultTo(0))
      .addColumn('message', text),
  ).execute();
  await db.schema.createIndex('retention_runs_by_project').on('retention_runs').columns(['project_id', 'id']).execute();
  // Manifests that lost a tag, an index or a subject to retention and have not been looked at since.
  await finishKeyed(
    db.schema
      .createTable('released_manifests')
      .addColumn('manifest_id', integer, (column) => refersTo('manifests', 'cascade')(column).primaryKey())
      .addColumn('repository_id', integer, refersTo('repositories')),
  ).execute();
  await db.schema
    .createIndex('released_manifests_by_repository')
    .on('released_manifests')
    .columns(['repository_id', 'manifest_id'])
    .execute();
  await describeJobs(db, dialect);
}

async function describeJobs(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const { integer, text } = columnTypes(dialect);
  const alter = () => db.schema.alterTable('jobs');
  await alter()
    .addColumn('project_id', integer, (column) => column.references('projects.id').onDelete('cascade'))
    .execute();
  await alter().addColumn('requested_by', text).execute();
  await alter().addColumn('dedupe_key', text).execute();
  await alter().addColumn('progress', text).execute();
  await alter()
    .addColumn('log', text, (column) => column.notNull().defaultTo('[]'))
    .execute();
  await alter()
    .addColumn('cancel_requested', integer, (column) => column.notNull().defaultTo(0))
    .execute();
  // Null once a job has ended, so that the same may be asked for again.
  await db.schema.createIndex('jobs_unended').unique().on('jobs').column('dedupe_key').where(sql`dedupe_key`, 'is not', null).execute();
  await db.schema.createIndex('jobs_by_project').on('jobs').columns(['project_id', 'id']).execute();
}
