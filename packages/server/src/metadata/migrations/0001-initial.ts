import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';
import type { ColumnTypes } from './column-types.ts';
import { columnTypes, refersTo, required } from './column-types.ts';

/** Every table of the first version. */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const types = columnTypes(dialect);
  await createAccounts(db, types);
  await createNames(db, types);
  await createBlobs(db, types);
  await createManifests(db, types);
  await createTags(db, types);
  await createUploads(db, types);
  await createUsage(db, types);
  await createWork(db, types);
  await createRecords(db, types);
  await db
    .insertInto('stores' as never)
    .values({ name: 'default' } as never)
    .execute();
}

async function createAccounts(db: Kysely<unknown>, { integer, text, bytes, identity, finish, finishKeyed }: ColumnTypes): Promise<void> {
  await finish(
    db.schema
      .createTable('users')
      .addColumn('id', integer, identity)
      .addColumn('name', text, (column) => column.notNull().unique())
      .addColumn('password_hash', text)
      .addColumn('administrator', integer, required)
      .addColumn('disabled', integer, required)
      .addColumn('version', integer, required)
      .addColumn('created_at', integer, required)
      .addColumn('updated_at', integer, required),
  ).execute();
  await finish(
    db.schema
      .createTable('access_tokens')
      .addColumn('id', integer, identity)
      .addColumn('user_id', integer, refersTo('users', 'cascade'))
      .addColumn('name', text, required)
      .addColumn('secret_hash', bytes, (column) => column.notNull().unique())
      .addColumn('created_at', integer, required)
      .addColumn('expires_at', integer)
      .addColumn('last_used_at', integer),
  ).execute();
  await db.schema.createIndex('access_tokens_by_user').on('access_tokens').column('user_id').execute();
  await finishKeyed(
    db.schema
      .createTable('signing_keys')
      .addColumn('id', text, (column) => column.notNull().primaryKey())
      .addColumn('algorithm', text, required)
      .addColumn('public_key', text, required)
      .addColumn('sealed_private_key', text, required)
      .addColumn('created_at', integer, required)
      .addColumn('retires_at', integer, required)
      .addColumn('expires_at', integer, required),
  ).execute();
  await finish(
    db.schema
      .createTable('login_failures')
      .addColumn('id', integer, identity)
      .addColumn('key', text, required)
      .addColumn('at', integer, required),
  ).execute();
  await db.schema.createIndex('login_failures_by_key').on('login_failures').columns(['key', 'at']).execute();
  await db.schema.createIndex('login_failures_by_age').on('login_failures').column('at').execute();
}

async function createNames(db: Kysely<unknown>, { integer, text, bytes, identity, finish, finishKeyed }: ColumnTypes): Promise<void> {
  await finish(
    db.schema
      .createTable('stores')
      .addColumn('id', integer, identity)
      .addColumn('name', text, (column) => column.notNull().unique()),
  ).execute();
  await finish(
    db.schema
      .createTable('projects')
      .addColumn('id', integer, identity)
      .addColumn('name', text, (column) => column.notNull().unique())
      .addColumn('store_id', integer, refersTo('stores'))
      .addColumn('visibility', text, (column) => column.notNull().defaultTo('private'))
      .addColumn('created_at', integer, required)
      .addColumn('created_by', text, required),
  ).execute();
  await finish(
    db.schema
      .createTable('repositories')
      .addColumn('id', integer, identity)
      .addColumn('project_id', integer, refersTo('projects'))
      .addColumn('name', text, (column) => column.notNull().unique())
      .addColumn('created_at', integer, required),
  ).execute();
  await db.schema.createIndex('repositories_by_project').on('repositories').column('project_id').execute();
  await finishKeyed(
    db.schema
      .createTable('grants')
      .addColumn('user_id', integer, refersTo('users', 'cascade'))
      .addColumn('project_id', integer, refersTo('projects', 'cascade'))
      .addColumn('role', text, required)
      .addColumn('granted_at', integer, required)
      .addPrimaryKeyConstraint('grants_key', ['user_id', 'project_id']),
  ).execute();
  await db.schema.createIndex('grants_by_project').on('grants').column('project_id').execute();
  await finish(
    db.schema
      .createTable('robots')
      .addColumn('id', integer, identity)
      .addColumn('project_id', integer, refersTo('projects', 'cascade'))
      .addColumn('name', text, required)
      .addColumn('role', text, required)
      .addColumn('secret_hash', bytes, (column) => column.notNull().unique())
      .addColumn('disabled', integer, required)
      .addColumn('created_at', integer, required)
      .addColumn('expires_at', integer)
      .addUniqueConstraint('robots_name', ['project_id', 'name']),
  ).execute();
}

async function createBlobs(db: Kysely<unknown>, { integer, text, bytes, identity, finish, finishKeyed }: ColumnTypes): Promise<void> {
  await finish(
    db.schema
      .createTable('blobs')
      .addColumn('id', integer, identity)
      .addColumn('digest', bytes, (column) => column.notNull().unique())
      .addColumn('size', integer, required),
  ).execute();
  await finish(
    db.schema
      .createTable('blob_placements')
      .addColumn('id', integer, identity)
      .addColumn('blob_id', integer, refersTo('blobs'))
      .addColumn('store_id', integer, refersTo('stores'))
      .addColumn('location', text, (column) => column.notNull().unique())
      .addColumn('state', text, (column) => column.notNull().check(sql`state in ('live', 'condemned', 'lost')`))
      .addColumn('tier', text, (column) => column.notNull().defaultTo('standard'))
      .addColumn('created_at', integer, required)
      .addColumn('renewed_at', integer, required),
  ).execute();
  await db.schema
    .createIndex('blob_placements_live')
    .unique()
    .on('blob_placements')
    .columns(['blob_id', 'store_id'])
    .where(sql`state`, '=', sql.lit('live'))
    .execute();
  await db.schema.createIndex('blob_placements_by_blob').on('blob_placements').column('blob_id').execute();
  await db.schema
    .createIndex('blob_placements_condemned')
    .on('blob_placements')
    .column('id')
    .where(sql`state`, '=', sql.lit('condemned'))
    .execute();
  await finishKeyed(
    db.schema
      .createTable('repository_blobs')
      .addColumn('repository_id', integer, refersTo('repositories'))
      .addColumn('blob_id', integer, refersTo('blobs'))
      .addColumn('linked_at', integer, required)
      .addColumn('renewed_at', integer, required)
      .addPrimaryKeyConstraint('repository_blobs_key', ['repository_id', 'blob_id']),
  ).execute();
  await db.schema.createIndex('repository_blobs_by_blob').on('repository_blobs').column('blob_id').execute();
  await finishKeyed(
    db.schema
      .createTable('content_leases')
      .addColumn('holder', text, required)
      .addColumn('digest', bytes, required)
      .addColumn('expires_at', integer, required)
      .addPrimaryKeyConstraint('content_leases_key', ['holder', 'digest']),
  ).execute();
  await db.schema.createIndex('content_leases_by_digest').on('content_leases').columns(['digest', 'expires_at']).execute();
}

async function createManifests(db: Kysely<unknown>, { integer, text, bytes, identity, finish, finishKeyed }: ColumnTypes): Promise<void> {
  // The bytes are the last column, so that SQLite reads the others without walking the overflow pages of the bytes.
  await finish(
    db.schema
      .createTable('manifests')
      .addColumn('id', integer, identity)
      .addColumn('repository_id', integer, refersTo('repositories'))
      .addColumn('digest', bytes, required)
      .addColumn('media_type', text, required)
      .addColumn('size', integer, required)
      .addColumn('artifact_type', text)
      .addColumn('subject', bytes)
      .addColumn('pushed_at', integer, required)
      .addColumn('pushed_by', text, required)
      .addColumn('renewed_at', integer, required)
      .addColumn('annotations', text)
      .addColumn('bytes', bytes, required)
      .addUniqueConstraint('manifests_digest', ['repository_id', 'digest']),
  ).execute();
  await db.schema
    .createIndex('manifests_by_subject')
    .on('manifests')
    .columns(['repository_id', 'subject', 'digest'])
    .where(sql`subject`, 'is not', null)
    .execute();
  await finishKeyed(
    db.schema
      .createTable('manifest_references')
      .addColumn('repository_id', integer, refersTo('repositories'))
      .addColumn('kind', integer, required)
      .addColumn('target', bytes, required)
      .addColumn('manifest_id', integer, refersTo('manifests', 'cascade'))
      .addPrimaryKeyConstraint('manifest_references_key', ['repository_id', 'kind', 'target', 'manifest_id']),
  ).execute();
  await db.schema.createIndex('manifest_references_by_manifest').on('manifest_references').column('manifest_id').execute();
}

async function createTags(db: Kysely<unknown>, { integer, text, bytes, identity, finish, finishKeyed }: ColumnTypes): Promise<void> {
  await finishKeyed(
    db.schema
      .createTable('tags')
      .addColumn('repository_id', integer, refersTo('repositories'))
      .addColumn('name', text, required)
      .addColumn('manifest_id', integer, refersTo('manifests'))
      .addColumn('updated_at', integer, required)
      .addColumn('updated_by', text, required)
      .addPrimaryKeyConstraint('tags_key', ['repository_id', 'name']),
  ).execute();
  await db.schema.createIndex('tags_by_manifest').on('tags').column('manifest_id').execute();
  await finish(
    db.schema
      .createTable('tag_history')
      .addColumn('id', integer, identity)
      .addColumn('repository_id', integer, refersTo('repositories'))
      .addColumn('tag', text, required)
      .addColumn('from_digest', bytes)
      .addColumn('to_digest', bytes)
      .addColumn('actor', text, required)
      .addColumn('at', integer, required),
  ).execute();
  await db.schema.createIndex('tag_history_by_tag').on('tag_history').columns(['repository_id', 'tag', 'id']).execute();
}

async function createUploads(db: Kysely<unknown>, { integer, text, finishKeyed }: ColumnTypes): Promise<void> {
  await finishKeyed(
    db.schema
      .createTable('uploads')
      .addColumn('id', text, (column) => column.notNull().primaryKey())
      .addColumn('repository_id', integer, refersTo('repositories'))
      .addColumn('owner', text, required)
      .addColumn('algorithm', text, required)
      .addColumn('byte_offset', integer, required)
      .addColumn('epoch', integer, required)
      .addColumn('state', text)
      .addColumn('started_at', integer, required)
      .addColumn('touched_at', integer, required),
  ).execute();
  await db.schema.createIndex('uploads_by_age').on('uploads').column('touched_at').execute();
  await db.schema.createIndex('uploads_by_repository').on('uploads').column('repository_id').execute();
}

async function createUsage(db: Kysely<unknown>, { integer, finishKeyed }: ColumnTypes): Promise<void> {
  await finishKeyed(
    db.schema
      .createTable('project_blobs')
      .addColumn('project_id', integer, refersTo('projects'))
      .addColumn('blob_id', integer, refersTo('blobs'))
      .addColumn('links', integer, required)
      .addPrimaryKeyConstraint('project_blobs_key', ['project_id', 'blob_id']),
  ).execute();
  await db.schema.createIndex('project_blobs_by_blob').on('project_blobs').column('blob_id').execute();
  await finishKeyed(
    db.schema
      .createTable('usage')
      .addColumn('project_id', integer, (column) => refersTo('projects', 'cascade')(column).primaryKey())
      .addColumn('bytes', integer, required)
      .addColumn('limit_bytes', integer),
  ).execute();
}

async function createWork(db: Kysely<unknown>, { integer, text, bytes, identity, finish, finishKeyed }: ColumnTypes): Promise<void> {
  await finish(
    db.schema
      .createTable('events')
      .addColumn('id', integer, identity)
      .addColumn('type', text, required)
      .addColumn('at', integer, required)
      .addColumn('actor', text, required)
      .addColumn('repository', text)
      .addColumn('digest', bytes)
      .addColumn('tag', text)
      .addColumn('data', text, required)
      .addColumn('attempts', integer, (column) => column.notNull().defaultTo(0))
      .addColumn('claimant', text)
      .addColumn('available_at', integer, (column) => column.notNull().defaultTo(0)),
  ).execute();
  await db.schema.createIndex('events_by_claimant').on('events').column('claimant').where(sql`claimant`, 'is not', null).execute();
  await finish(
    db.schema
      .createTable('jobs')
      .addColumn('id', integer, identity)
      .addColumn('name', text, required)
      .addColumn('input', text, required)
      .addColumn('state', text, required)
      .addColumn('available_at', integer, required)
      .addColumn('claimant', text)
      .addColumn('attempts', integer, (column) => column.notNull().defaultTo(0))
      .addColumn('created_at', integer, required)
      .addColumn('finished_at', integer)
      .addColumn('failure', text),
  ).execute();
  await db.schema.createIndex('jobs_by_state').on('jobs').columns(['state', 'available_at']).execute();
  await finishKeyed(
    db.schema
      .createTable('leases')
      .addColumn('name', text, (column) => column.notNull().primaryKey())
      .addColumn('holder', text, required)
      .addColumn('expires_at', integer, required)
      .addColumn('fencing_token', integer, required),
  ).execute();
}

async function createRecords(db: Kysely<unknown>, { integer, text, identity, finish, finishKeyed }: ColumnTypes): Promise<void> {
  await finish(
    db.schema
      .createTable('audit')
      .addColumn('id', integer, identity)
      .addColumn('at', integer, required)
      .addColumn('actor', text, required)
      .addColumn('action', text, required)
      .addColumn('resource', text, required)
      .addColumn('decision', text, required)
      .addColumn('detail', text, required),
  ).execute();
  await db.schema.createIndex('audit_by_age').on('audit').column('at').execute();
  await finishKeyed(
    db.schema
      .createTable('write_probes')
      .addColumn('id', integer, (column) => column.notNull().primaryKey())
      .addColumn('passes', integer, required),
  ).execute();
}
