import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { Authority, AuthorityRefusal, Scope } from '../../registry/ports/role-store.ts';
import type { SqlSession } from '../sql-session.ts';
import { locking, Withdrawn } from '../sql-session.ts';
import { isBeyond, leavesOrphan, lockScope } from './authority.ts';

interface RoleRow {
  readonly id: number;
  readonly built_in: number;
  readonly version: number;
}

/** `RoleStore.createRole`. In a project no role may hide one of the registry, and the other way round. */
export async function createRole(
  sql: SqlSession,
  input: { scope: Scope; name: string; actions: number; authority: Authority; by: Agent; at: Millis },
): Promise<'created' | 'name-taken' | 'absent' | AuthorityRefusal> {
  const { scope, name, actions, authority, by, at } = input;
  const key = await lockScope(sql, scope);
  if (key === undefined) return 'absent';
  if (isBeyond(actions, authority)) return 'beyond-authority';
  if (key !== 0 && (await lockRole(sql, 0, name)) !== undefined) return 'name-taken';
  const created = await sql.run(
    'insert into roles (project_id, name, actions, built_in, created_at, created_by) values (?, ?, ?, 0, ?, ?) on conflict do nothing',
    [key === 0 ? null : key, name, actions, at, by.actor],
  );
  return created > 0 ? 'created' : 'name-taken';
}

/** `RoleStore.updateRole`. */
export async function updateRole(
  sql: SqlSession,
  input: { scope: Scope; name: string; version: number | undefined; actions: number; authority: Authority; by: Agent; at: Millis },
): Promise<'updated' | 'absent' | 'stale' | 'built-in' | AuthorityRefusal> {
  const { scope, name, version, actions, authority } = input;
  const key = await lockScope(sql, scope);
  const role = key === undefined ? undefined : await lockRole(sql, key, name);
  if (key === undefined || role === undefined) return 'absent';
  if (role.built_in === 1) return 'built-in';
  if (version !== undefined && version !== role.version) return 'stale';
  if (isBeyond(actions, authority)) return 'beyond-authority';
  await sql.run('update roles set actions = ?, version = version + 1 where id = ?', [actions, role.id]);
  if (await leavesOrphan(sql, key, authority)) throw new Withdrawn('last-owner' satisfies AuthorityRefusal);
  return 'updated';
}

/** `RoleStore.deleteRole`. */
export async function deleteRole(
  sql: SqlSession,
  input: { scope: Scope; name: string; by: Agent; at: Millis },
): Promise<'deleted' | 'absent' | 'built-in' | 'in-use'> {
  const { scope, name } = input;
  const key = await lockScope(sql, scope);
  const role = key === undefined ? undefined : await lockRole(sql, key, name);
  if (role === undefined) return 'absent';
  if (role.built_in === 1) return 'built-in';
  if ((await sql.get('select 1 from role_bindings where role_id = ? limit 1', [role.id])) !== undefined) return 'in-use';
  await sql.run('delete from roles where id = ?', [role.id]);
  return 'deleted';
}

function lockRole(sql: SqlSession, key: number, name: string): Promise<RoleRow | undefined> {
  return sql.get<RoleRow>(
    `select id, built_in, version from roles where coalesce(project_id, 0) = ? and name = ? ${locking(sql, 'for update')}`,
    [key, name],
  );
}
