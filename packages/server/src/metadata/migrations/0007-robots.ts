import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';
import { columnTypes, refersTo, required } from './column-types.ts';

/** Robots and their secrets. What a robot may do is in `role_bindings`, as for users. */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const { integer, text, bytes, identity, finish } = columnTypes(dialect);
  await finish(
    db.schema
      .createTable('robots')
      .addColumn('id', integer, identity)
      // Null: of the whole registry.
      .addColumn('project_id', integer, (column) => column.references('projects.id').onDelete('cascade'))
      .addColumn('name', text, required)
      .addColumn('description', text, required)
      .addColumn('disabled', integer, required)
      .addColumn('expires_at', integer)
      .addColumn('created_at', integer, required)
      .addColumn('created_by', text, required)
      .addColumn('version', integer, required)
      // Rises when the robot is disabled.
      .addColumn('epoch', integer, required)
      .addColumn('last_used_at', integer)
      .addColumn('last_used_address', text)
      // What was announced: 0 nothing, 1 that it expires soon, 2 that it has expired.
      .addColumn('announced', integer, required)
      .addUniqueConstraint('robots_name', ['project_id', 'name']),
  ).execute();
  // Nulls differ from each other.
  await db.schema.createIndex('robots_of_registry').unique().on('robots').column('name').where(sql`project_id`, 'is', null).execute();
  await db.schema.createIndex('robots_by_expiry').on('robots').columns(['announced', 'expires_at']).execute();
  await finish(
    db.schema
      .createTable('robot_secrets')
      .addColumn('id', integer, identity)
      .addColumn('robot_id', integer, refersTo('robots', 'cascade'))
      .addColumn('secret_hash', bytes, (column) => column.notNull().unique())
      .addColumn('created_at', integer, required)
      // Null: the newest one.
      .addColumn('expires_at', integer)
      .addColumn('last_used_at', integer),
  ).execute();
  await db.schema.createIndex('robot_secrets_by_robot').on('robot_secrets').column('robot_id').execute();
  await db.schema
    .createIndex('robot_secrets_by_end')
    .on('robot_secrets')
    .column('expires_at')
    .where(sql`expires_at`, 'is not', null)
    .execute();
  if (dialect === 'postgres') for (const statement of tellers) await sql.raw(statement).execute(db);
}

const teller = (name: string, id: string) =>
  `create function ${name}() returns trigger language plpgsql as $$
   begin perform pg_notify('longshore_changes', 'r ' || old.${id}); return null; end $$`;

/** `r <id>` about a robot, as 0004 tells of users; not of when it was last used. */
const tellers = [
  teller('tell_of_robot', 'id'),
  teller('tell_of_robot_of_row', 'robot_id'),
  `create trigger told_delete after delete on robots for each row execute function tell_of_robot()`,
  `create trigger told_update after update of project_id, name, disabled, expires_at, epoch on robots
     for each row execute function tell_of_robot()`,
  `create trigger told_delete after delete on robot_secrets for each row execute function tell_of_robot_of_row()`,
  `create trigger told_update after update of robot_id, secret_hash, expires_at on robot_secrets
     for each row execute function tell_of_robot_of_row()`,
];
