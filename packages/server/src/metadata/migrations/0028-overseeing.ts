import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';
import { columnTypes, required } from './column-types.ts';

/** What garbage collections did, and the orders in which an overview looks at pulls and at webhooks that fail. */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const { integer, text, identity, finish } = columnTypes(dialect);
  await finish(
    db.schema
      .createTable('garbage_runs')
      .addColumn('id', integer, identity)
      .addColumn('started_at', integer, required)
      .addColumn('finished_at', integer, required)
      .addColumn('requested_by', text, required)
      .addColumn('report', text, required)
      .addColumn('failure', text),
  ).execute();
  await db.schema.createIndex('tag_pulls_by_pulls').on('tag_pulls').columns(['pulls', 'repository_id', 'tag']).execute();
  await db.schema
    .createIndex('webhook_lanes_failing')
    .on('webhook_lanes')
    .columns(['failing_since', 'webhook_id'])
    .where(sql`failing_since`, 'is not', null)
    .execute();
  await db.schema.createIndex('webhooks_disabled').on('webhooks').column('id').where(sql`disabled_reason`, 'is not', null).execute();
}
