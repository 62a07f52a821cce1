import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';
import type { ColumnTypes } from './column-types.ts';
import { columnTypes, refersTo, required } from './column-types.ts';

/**
 * The audit log: rows are added, never changed, and removed only by its own retention, which the database itself sees to. What is still
 * to be forwarded is a row of its own for each sink, written by a trigger in the transaction of the entry: it cannot be missed, whatever
 * the order in which ids are committed.
 */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const types = columnTypes(dialect);
  await createLog(db, types);
  await createForwarding(db, types);
  for (const statement of dialect === 'sqlite' ? sqliteTriggers : postgresTriggers) await sql.raw(statement).execute(db);
}

/** `project_id` refers to nothing: the entries of a project stay when it is deleted. `outcome`: 0 allowed, 1 denied. */
async function createLog(db: Kysely<unknown>, { identity, integer, text, finish, finishKeyed }: ColumnTypes): Promise<void> {
  await finish(
    db.schema
      .createTable('audit_log')
      .addColumn('id', integer, identity)
      .addColumn('at', integer, required)
      .addColumn('actor', text, required)
      .addColumn('credential', text, required)
      .addColumn('address', text)
      .addColumn('request_id', text)
      .addColumn('action', text, required)
      .addColumn('resource_kind', text, required)
      .addColumn('resource', text, required)
      .addColumn('project_id', integer)
      .addColumn('outcome', integer, required)
      .addColumn('reason', text, required)
      .addColumn('count', integer, required)
      .addColumn('detail', text, required),
  ).execute();
  const orders = { time: [], project: ['project_id'], actor: ['actor'], action: ['action'], resource: ['resource'] };
  for (const [name, columns] of Object.entries(orders)) {
    await db.schema
      .createIndex(`audit_log_by_${name}`)
      .on('audit_log')
      .columns([...columns, 'at', 'id'])
      .execute();
  }
  // What is allowed is nearly everything, and found in the order of time.
  await sql`create index audit_log_denied on audit_log (at, id) where outcome = 1`.execute(db);
  // Entries before `before` may be deleted; zero but within the transaction of the retention.
  await finishKeyed(
    db.schema
      .createTable('audit_retention')
      .addColumn('id', integer, (column) => column.notNull().primaryKey())
      .addColumn('before', integer, required),
  ).execute();
  await sql`insert into audit_retention (id, before) values (1, 0)`.execute(db);
}

async function createForwarding(db: Kysely<unknown>, { identity, integer, text, finish, finishKeyed }: ColumnTypes): Promise<void> {
  await finish(
    db.schema
      .createTable('audit_sinks')
      .addColumn('id', integer, identity)
      .addColumn('name', text, (column) => column.notNull().unique()),
  ).execute();
  await finishKeyed(
    db.schema
      .createTable('audit_unforwarded')
      .addColumn('sink_id', integer, refersTo('audit_sinks', 'cascade'))
      .addColumn('audit_id', integer, required)
      .addPrimaryKeyConstraint('audit_unforwarded_key', ['sink_id', 'audit_id']),
  ).execute();
  await db.schema.createIndex('audit_unforwarded_by_entry').on('audit_unforwarded').column('audit_id').execute();
}

const refusal = 'the audit log is append-only';
const isKept = 'old.at >= (select before from audit_retention where id = 1)';
const enqueue = 'insert into audit_unforwarded (sink_id, audit_id) select id, new.id from audit_sinks';

const sqliteTriggers = [
  // `replace` deletes without firing the trigger of deletes.
  `create trigger audit_log_unreplaced before insert on audit_log when exists (select 1 from audit_log where id = new.id)
     begin select raise(abort, '${refusal}'); end`,
  `create trigger audit_log_unchanged before update on audit_log begin select raise(abort, '${refusal}'); end`,
  `create trigger audit_log_kept before delete on audit_log when ${isKept} begin select raise(abort, '${refusal}'); end`,
  `create trigger audit_log_forwarded after insert on audit_log begin ${enqueue}; end`,
];

const postgresTriggers = [
  `create function refuse_audit_change() returns trigger language plpgsql as $$ begin raise exception '${refusal}'; end $$`,
  `create function keep_audit_entry() returns trigger language plpgsql as $$
     begin if ${isKept} then raise exception '${refusal}'; end if; return old; end $$`,
  `create function forward_audit_entry() returns trigger language plpgsql as $$ begin ${enqueue}; return null; end $$`,
  `create trigger audit_log_unchanged before update on audit_log for each statement execute function refuse_audit_change()`,
  `create trigger audit_log_uncut before truncate on audit_log for each statement execute function refuse_audit_change()`,
  `create trigger audit_log_kept before delete on audit_log for each row execute function keep_audit_entry()`,
  `create trigger audit_log_forwarded after insert on audit_log for each row execute function forward_audit_entry()`,
];
