import type { Kysely } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';
import { type ColumnTypes, columnTypes, refersTo, required } from './column-types.ts';

/** Sessions of browsers, second factors, and devices that wait for somebody to let them in. */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const { integer, text, bytes, identity, finish, finishKeyed } = columnTypes(dialect);
  // Whether a confirmed row of `second_factors` is there: every login by password asks for it.
  await db.schema
    .alterTable('users')
    .addColumn('second_factor', integer, (column) => column.notNull().defaultTo(0))
    .execute();
  await finish(
    db.schema
      .createTable('sessions')
      .addColumn('id', integer, identity)
      .addColumn('secret_hash', bytes, (column) => column.notNull().unique())
      .addColumn('user_id', integer, refersTo('users', 'cascade'))
      .addColumn('user_version', integer, required)
      .addColumn('provider', text, required)
      .addColumn('created_at', integer, required)
      .addColumn('expires_at', integer, required)
      .addColumn('last_seen_at', integer, required)
      .addColumn('address', text, required)
      .addColumn('user_agent', text, required),
  ).execute();
  await db.schema.createIndex('sessions_by_user').on('sessions').columns(['user_id', 'id']).execute();
  await db.schema.createIndex('sessions_by_end').on('sessions').column('expires_at').execute();
  await db.schema.createIndex('sessions_by_use').on('sessions').column('last_seen_at').execute();
  await finish(
    db.schema
      .createTable('second_factors')
      .addColumn('user_id', integer, (column) => column.primaryKey().references('users.id').onDelete('cascade'))
      .addColumn('sealed_secret', text, required)
      .addColumn('created_at', integer, required)
      // Null: its user has shown no code yet.
      .addColumn('confirmed_at', integer)
      .addColumn('last_step', integer, required),
  ).execute();
  await finishKeyed(
    db.schema
      .createTable('recovery_codes')
      .addColumn('user_id', integer, refersTo('users', 'cascade'))
      .addColumn('code_hash', bytes, required)
      .addPrimaryKeyConstraint('recovery_codes_key', ['user_id', 'code_hash']),
  ).execute();
  await devices(db, columnTypes(dialect));
}

async function devices(db: Kysely<unknown>, { integer, text, bytes, identity, finish }: ColumnTypes): Promise<void> {
  await finish(
    db.schema
      .createTable('device_requests')
      .addColumn('id', integer, identity)
      .addColumn('device_hash', bytes, (column) => column.notNull().unique())
      .addColumn('user_code_hash', bytes, (column) => column.notNull().unique())
      .addColumn('name', text, required)
      .addColumn('address', text, required)
      .addColumn('network', text, required)
      .addColumn('created_at', integer, required)
      .addColumn('expires_at', integer, required)
      .addColumn('polled_at', integer, required)
      .addColumn('interval_ms', integer, required)
      // 0: waits; 1: allowed; 2: denied.
      .addColumn('state', integer, required)
      .addColumn('user_id', integer, (column) => column.references('users.id').onDelete('cascade'))
      .addColumn('user_version', integer),
  ).execute();
  await db.schema.createIndex('device_requests_by_network').on('device_requests').column('network').execute();
  await db.schema.createIndex('device_requests_by_end').on('device_requests').column('expires_at').execute();
  await db.schema.createIndex('device_requests_by_user').on('device_requests').column('user_id').execute();
}
