import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';
import type { ColumnTypes } from './column-types.ts';
import { columnTypes, refersTo, required } from './column-types.ts';

/**
 * Projects get what a tenant needs; roles become rows that are bound to users, groups and robots, in the place of grants, which are
 * carried over. The first tables of robots and audit, which nothing used, make room for those of later steps.
 */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const types = columnTypes(dialect);
  await extendProjects(db, types);
  await createRoles(db, types);
  await createGroups(db, types);
  await createBindings(db, types);
  await carryGrants(db);
  for (const table of ['grants', 'robots', 'audit']) await db.schema.dropTable(table).execute();
  if (dialect === 'postgres') for (const statement of tellers) await sql.raw(statement).execute(db);
}

async function extendProjects(db: Kysely<unknown>, { integer, text }: ColumnTypes): Promise<void> {
  const projects = () => db.schema.alterTable('projects');
  await projects().addColumn('description', text).execute();
  await projects().addColumn('environment', text).execute();
  await projects()
    .addColumn('promotes_to', integer, (column) => column.references('projects.id'))
    .execute();
  await projects().addColumn('expire_after_hours', integer).execute();
  await projects()
    .addColumn('version', integer, (column) => column.notNull().defaultTo(1))
    .execute();
  await projects()
    .addColumn('updated_at', integer, (column) => column.notNull().defaultTo(0))
    .execute();
  await projects().addColumn('deleted_at', integer).execute();
  await sql`update projects set updated_at = created_at`.execute(db);
  await db.schema.alterTable('repositories').addColumn('deleted_at', integer).execute();
  // What is below a project sorts by its name with the slash.
  await sql`create index projects_by_visibility on projects (visibility, (name || '/'))`.execute(db);
  await sql`create index projects_by_visibility_and_name on projects (visibility, name)`.execute(db);
  await sql`create index projects_by_creation on projects (created_at, id)`.execute(db);
  await sql`create index projects_by_environment on projects (environment, name) where environment is not null`.execute(db);
  await sql`create index projects_promoted_to on projects (promotes_to) where promotes_to is not null`.execute(db);
  await sql`create index projects_that_expire on projects (id) where expire_after_hours is not null`.execute(db);
  await sql`create index projects_deleted on projects (id) where deleted_at is not null`.execute(db);
  await sql`create index repositories_deleted on repositories (id) where deleted_at is not null`.execute(db);
}

async function createRoles(db: Kysely<unknown>, { integer, text, identity, finish }: ColumnTypes): Promise<void> {
  await finish(
    db.schema
      .createTable('roles')
      .addColumn('id', integer, identity)
      .addColumn('project_id', integer, (column) => column.references('projects.id').onDelete('cascade'))
      .addColumn('name', text, required)
      .addColumn('actions', integer, required)
      .addColumn('built_in', integer, required)
      .addColumn('version', integer, (column) => column.notNull().defaultTo(1))
      .addColumn('created_at', integer, required)
      .addColumn('created_by', text, required),
  ).execute();
  await sql`create unique index roles_once on roles (coalesce(project_id, 0), name)`.execute(db);
  await sql`create index roles_by_project on roles (project_id) where project_id is not null`.execute(db);
  // The bits: pull 1, push 2, update 4, delete 8, list 16, promote 32, configure 64, audit 128, administer 256.
  await sql`insert into roles (name, actions, built_in, created_at, created_by) values
    ('reader', 17, 1, 0, 'system:migration'), ('creator', 19, 1, 0, 'system:migration'), ('writer', 23, 1, 0, 'system:migration'),
    ('maintainer', 255, 1, 0, 'system:migration'), ('owner', 511, 1, 0, 'system:migration')`.execute(db);
}

async function createGroups(db: Kysely<unknown>, { integer, text, identity, finish, finishKeyed }: ColumnTypes): Promise<void> {
  await finish(
    db.schema
      .createTable('groups')
      .addColumn('id', integer, identity)
      .addColumn('name', text, (column) => column.notNull().unique())
      .addColumn('created_at', integer, required)
      .addColumn('created_by', text, required),
  ).execute();
  await finishKeyed(
    db.schema
      .createTable('group_members')
      .addColumn('user_id', integer, refersTo('users', 'cascade'))
      .addColumn('group_id', integer, refersTo('groups', 'cascade'))
      .addColumn('added_at', integer, required)
      .addPrimaryKeyConstraint('group_members_key', ['user_id', 'group_id']),
  ).execute();
  await db.schema.createIndex('group_members_by_group').on('group_members').columns(['group_id', 'user_id']).execute();
}

async function createBindings(db: Kysely<unknown>, { integer, text, identity, finish }: ColumnTypes): Promise<void> {
  await finish(
    db.schema
      .createTable('role_bindings')
      .addColumn('id', integer, identity)
      .addColumn('project_id', integer, (column) => column.references('projects.id').onDelete('cascade'))
      .addColumn('subject_kind', text, (column) => column.notNull().check(sql`subject_kind in ('user', 'group', 'robot')`))
      .addColumn('subject_id', integer, required)
      .addColumn('role_id', integer, refersTo('roles'))
      .addColumn('range_low', text, required)
      .addColumn('range_high', text, required)
      .addColumn('pattern', text, required)
      .addColumn('version', integer, (column) => column.notNull().defaultTo(1))
      .addColumn('created_at', integer, required)
      .addColumn('created_by', text, required),
  ).execute();
  await sql`create unique index role_bindings_once
    on role_bindings (subject_kind, subject_id, coalesce(project_id, 0), range_low, range_high, role_id)`.execute(db);
  await sql`create index role_bindings_by_project on role_bindings (coalesce(project_id, 0), id)`.execute(db);
  // For cascades, which look for the column itself.
  await sql`create index role_bindings_of_projects on role_bindings (project_id) where project_id is not null`.execute(db);
  await db.schema.createIndex('role_bindings_by_role').on('role_bindings').column('role_id').execute();
}

/** Whoever founded a project was its maintainer, the highest there was; an owner is what that means now. */
async function carryGrants(db: Kysely<unknown>): Promise<void> {
  await sql`insert into role_bindings
      (project_id, subject_kind, subject_id, role_id, range_low, range_high, pattern, created_at, created_by)
    select p.id, 'user', g.user_id, ro.id, p.name, p.name || '/{', '**', g.granted_at, 'system:migration'
    from grants g join projects p on p.id = g.project_id
    join roles ro on ro.project_id is null and ro.name = case
      when g.role = 'maintainer' and substr(p.created_by, 1, length('user:' || cast(g.user_id as text) || ':')) =
        'user:' || cast(g.user_id as text) || ':' then 'owner' else g.role end`.execute(db);
}

const tell = (payload: string) => `perform pg_notify('longshore_changes', ${payload})`;
const teller = (name: string, body: string) =>
  `create function ${name}() returns trigger language plpgsql as $$ begin ${body}; return null; end $$`;

/**
 * What decisions come from tells of every change, also of what is added, since a decision that is kept may lack it: `u <id>` about what a user may do, `r <id>`
 * about a robot, `a` about what anybody may do. Projects tell already.
 */
const bindingSubject = (row: string) => `case ${row}.subject_kind when 'user' then 'u ' || ${row}.subject_id
  when 'robot' then 'r ' || ${row}.subject_id else 'a' end`;
const tellers = [
  teller('tell_of_added_binding', tell(bindingSubject('new'))),
  teller('tell_of_lost_binding', tell(bindingSubject('old'))),
  teller('tell_of_access', tell("'a'")),
  teller('tell_of_added_member', tell("'u ' || new.user_id")),
  'create trigger told_insert after insert or update on role_bindings for each row execute function tell_of_added_binding()',
  'create trigger told_delete after update or delete on role_bindings for each row execute function tell_of_lost_binding()',
  'create trigger told_change after update or delete on roles for each row execute function tell_of_access()',
  // Whoever deletes a repository takes its name away, and with it everything that is remembered under it.
  'create trigger told_update after update of name on repositories for each statement execute function tell_of_everything()',
  'create trigger told_insert after insert on group_members for each row execute function tell_of_added_member()',
  'create trigger told_delete after delete on group_members for each row execute function tell_of_user_of_row()',
];
