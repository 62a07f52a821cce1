import type { Kysely } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';
import { columnTypes, required } from './column-types.ts';

/** Certificates that authorities issue to the registry, its accounts there, and what it answers to prove that names are its own. */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const { integer, text, finishKeyed } = columnTypes(dialect);
  await finishKeyed(
    db.schema
      .createTable('certificates')
      .addColumn('id', text, (column) => column.notNull().primaryKey())
      .addColumn('chain', text)
      .addColumn('sealed_key', text)
      .addColumn('expires_at', integer)
      .addColumn('renew_at', integer)
      .addColumn('order_url', text)
      .addColumn('order_key', text)
      .addColumn('failures', integer, required)
      .addColumn('next_at', integer, required),
  ).execute();
  await db.schema.createIndex('certificates_by_end').on('certificates').column('expires_at').execute();
  await finishKeyed(
    db.schema
      .createTable('authority_accounts')
      .addColumn('directory', text, (column) => column.notNull().primaryKey())
      .addColumn('sealed_key', text, required)
      .addColumn('url', text),
  ).execute();
  await finishKeyed(
    db.schema
      .createTable('http_challenges')
      .addColumn('token', text, (column) => column.notNull().primaryKey())
      .addColumn('key_authorization', text, required)
      .addColumn('expires_at', integer, required),
  ).execute();
  await db.schema.createIndex('http_challenges_by_end').on('http_challenges').column('expires_at').execute();
}
