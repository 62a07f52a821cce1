import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';
import type { ColumnTypes } from './column-types.ts';
import { columnTypes, refersTo, required } from './column-types.ts';

/** Webhooks, in which turn they are served, what is on its way to them, and what became of it. Events know the project that they are of. */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const types = columnTypes(dialect);
  // An id and no reference: an event outlives its project.
  await db.schema.alterTable('events').addColumn('project_id', types.integer).execute();
  await createWebhooks(db, types);
  await createDeliveries(db, types);
  if (dialect === 'postgres') for (const statement of tellers) await sql.raw(statement).execute(db);
}

/** `due_at` of a lane: null when nothing is on its way, or the webhook is disabled. Lanes change with every delivery, webhooks do not. */
async function createWebhooks(db: Kysely<unknown>, { integer, text, identity, finish, finishKeyed }: ColumnTypes): Promise<void> {
  await finish(
    db.schema
      .createTable('webhooks')
      .addColumn('id', integer, identity)
      .addColumn('project_id', integer, (column) => column.references('projects.id').onDelete('cascade'))
      .addColumn('name', text, required)
      .addColumn('url', text, required)
      .addColumn('events', text, required)
      .addColumn('repositories', text, required)
      .addColumn('tags', text, required)
      .addColumn('format', text, required)
      .addColumn('header_names', text, required)
      .addColumn('has_secret', integer, required)
      .addColumn('previous_secret_until', integer)
      .addColumn('sealed', text)
      .addColumn('enabled', integer, required)
      .addColumn('disabled_reason', text)
      .addColumn('version', integer, required)
      .addColumn('created_at', integer, required)
      .addColumn('created_by', text, required)
      .addColumn('updated_at', integer, required),
  ).execute();
  await db.schema.createIndex('webhooks_by_project').on('webhooks').columns(['project_id', 'id']).execute();
  await finishKeyed(
    db.schema
      .createTable('webhook_lanes')
      .addColumn('webhook_id', integer, (column) => refersTo('webhooks', 'cascade')(column).primaryKey())
      .addColumn('due_at', integer)
      .addColumn('held_until', integer, required)
      .addColumn('claimant', text)
      .addColumn('failures', integer, required)
      .addColumn('failing_since', integer),
  ).execute();
  await db.schema.createIndex('webhook_lanes_by_due').on('webhook_lanes').column('due_at').where(sql`due_at`, 'is not', null).execute();
}

async function createDeliveries(db: Kysely<unknown>, { integer, text, identity, finish }: ColumnTypes): Promise<void> {
  await finish(
    db.schema
      .createTable('webhook_deliveries')
      .addColumn('id', integer, identity)
      .addColumn('webhook_id', integer, refersTo('webhooks', 'cascade'))
      .addColumn('event_key', text, required)
      .addColumn('event', text, required)
      .addColumn('replay_of', integer)
      .addColumn('state', text, required)
      .addColumn('attempts', integer, required)
      .addColumn('available_at', integer, required)
      .addColumn('created_at', integer, required)
      .addColumn('finished_at', integer)
      .addColumn('status', integer),
  ).execute();
  const index = (name: string, ...columns: string[]) => db.schema.createIndex(name).on('webhook_deliveries').columns(columns);
  await index('webhook_deliveries_once', 'webhook_id', 'event_key').unique().where(sql`replay_of`, 'is', null).execute();
  await index('webhook_deliveries_due', 'webhook_id', 'available_at', 'id').where(sql`state`, '=', sql.lit('pending')).execute();
  await index('webhook_deliveries_listed', 'webhook_id', 'id').execute();
  await index('webhook_deliveries_by_state', 'webhook_id', 'state', 'id').execute();
  await index('webhook_deliveries_by_age', 'created_at').execute();
  await finish(
    db.schema
      .createTable('webhook_attempts')
      .addColumn('id', integer, identity)
      .addColumn('delivery_id', integer, refersTo('webhook_deliveries', 'cascade'))
      .addColumn('at', integer, required)
      .addColumn('duration_ms', integer, required)
      .addColumn('status', integer)
      .addColumn('request', text, required)
      .addColumn('answer', text)
      .addColumn('error', text),
  ).execute();
  await db.schema.createIndex('webhook_attempts_by_delivery').on('webhook_attempts').columns(['delivery_id', 'id']).execute();
}

/** Which webhooks listen is kept in memory, also that there is none: so new ones are told too. */
const tellers = [
  `create function tell_of_webhooks() returns trigger language plpgsql as $$
     begin perform pg_notify('longshore_changes', 'w'); return null; end $$`,
  `create trigger told_change after insert or update or delete on webhooks for each statement execute function tell_of_webhooks()`,
];
