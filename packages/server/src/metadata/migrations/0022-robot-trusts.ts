import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';
import { columnTypes, refersTo, required } from './column-types.ts';

/** Whom robots trust to act as themselves: `issuer` is a name of the settings, `rule` what must be true of a token or certificate. */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const { integer, text, identity, finish } = columnTypes(dialect);
  await finish(
    db.schema
      .createTable('robot_trusts')
      .addColumn('id', integer, identity)
      .addColumn('robot_id', integer, refersTo('robots', 'cascade'))
      .addColumn('kind', text, required)
      .addColumn('issuer', text, required)
      .addColumn('rule', text, required)
      .addColumn('created_at', integer, required)
      .addColumn('created_by', text, required)
      .addColumn('last_used_at', integer),
  ).execute();
  await db.schema.createIndex('robot_trusts_by_robot').on('robot_trusts').columns(['robot_id', 'id']).execute();
  await db.schema.createIndex('robot_trusts_by_issuer').on('robot_trusts').columns(['kind', 'issuer', 'id']).execute();
  if (dialect === 'postgres') for (const statement of tellers) await sql.raw(statement).execute(db);
}

/** `r <id>` about the robot, as 0007 tells of its secrets; not of when a trust was last used. */
const tellers = [
  `create trigger told_delete after delete on robot_trusts for each row execute function tell_of_robot_of_row()`,
  `create trigger told_update after update of robot_id, kind, issuer, rule on robot_trusts
     for each row execute function tell_of_robot_of_row()`,
];
