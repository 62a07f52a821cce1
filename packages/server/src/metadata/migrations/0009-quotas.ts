import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';
import type { ColumnTypes } from './column-types.ts';
import { columnTypes, refersTo, required } from './column-types.ts';

/** Limits of projects, what open uploads have reserved of them, and how often what was pulled. */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const types = columnTypes(dialect);
  await extendUsage(db, types);
  await createDefaults(db, types);
  await extendUploads(db, types);
  await createPulls(db, types);
}

/**
 * `warned_*`: the share in percent (80, 90) that was told of last, 0 for none. `*_floor`, `*_ceiling`: between the two there is
 * nothing to tell of; null: no bound. A commit that stays between them asks for nothing else.
 */
async function extendUsage(db: Kysely<unknown>, { integer }: ColumnTypes): Promise<void> {
  const counts = ['tags', 'warned_bytes', 'warned_tags'];
  const optional = ['limit_tags', 'limit_pull_bytes', 'bytes_floor', 'bytes_ceiling', 'tags_floor', 'tags_ceiling', 'exceeded_at'];
  for (const name of counts) {
    await db.schema
      .alterTable('usage')
      .addColumn(name, integer, (column) => column.notNull().defaultTo(0))
      .execute();
  }
  for (const name of optional) await db.schema.alterTable('usage').addColumn(name, integer).execute();
  await db.schema
    .alterTable('usage')
    .addColumn('version', integer, (column) => column.notNull().defaultTo(1))
    .execute();
  await sql`insert into usage (project_id, bytes) select id, 0 from projects where true on conflict (project_id) do nothing`.execute(db);
  await sql`update usage set tags = (select count(*) from repositories r join tags t on t.repository_id = r.id
    where r.project_id = usage.project_id)`.execute(db);
}

/** The limits that a new project begins with: one row, which every start of a server writes. */
async function createDefaults(db: Kysely<unknown>, { integer, finishKeyed }: ColumnTypes): Promise<void> {
  await finishKeyed(
    db.schema
      .createTable('quota_defaults')
      .addColumn('id', integer, (column) => column.notNull().primaryKey())
      .addColumn('limit_bytes', integer)
      .addColumn('limit_tags', integer)
      .addColumn('limit_pull_bytes', integer),
  ).execute();
}

/** `reserved_bytes`: up to which offset the project's limit has room for the upload. */
async function extendUploads(db: Kysely<unknown>, { integer }: ColumnTypes): Promise<void> {
  await db.schema
    .alterTable('uploads')
    .addColumn('project_id', integer, (column) => column.references('projects.id'))
    .execute();
  await db.schema
    .alterTable('uploads')
    .addColumn('reserved_bytes', integer, (column) => column.notNull().defaultTo(0))
    .execute();
  await sql`update uploads set project_id = (select r.project_id from repositories r where r.id = uploads.repository_id)`.execute(db);
  await db.schema.createIndex('uploads_by_project').on('uploads').column('project_id').execute();
}

/** `last_at` is also of a request that only asked what a tag points at; `day` counts from 1970 in UTC. */
async function createPulls(db: Kysely<unknown>, { integer, text, finishKeyed }: ColumnTypes): Promise<void> {
  await finishKeyed(
    db.schema
      .createTable('manifest_pulls')
      .addColumn('manifest_id', integer, (column) => refersTo('manifests', 'cascade')(column).primaryKey())
      .addColumn('pulls', integer, required)
      .addColumn('last_at', integer, required),
  ).execute();
  await finishKeyed(
    db.schema
      .createTable('tag_pulls')
      .addColumn('repository_id', integer, refersTo('repositories', 'cascade'))
      .addColumn('tag', text, required)
      .addColumn('pulls', integer, required)
      .addColumn('last_at', integer, required)
      .addPrimaryKeyConstraint('tag_pulls_key', ['repository_id', 'tag']),
  ).execute();
  await finishKeyed(
    db.schema
      .createTable('project_pulls')
      .addColumn('project_id', integer, refersTo('projects', 'cascade'))
      .addColumn('day', integer, required)
      .addColumn('bytes', integer, required)
      .addColumn('pulls', integer, required)
      .addPrimaryKeyConstraint('project_pulls_key', ['project_id', 'day']),
  ).execute();
}
