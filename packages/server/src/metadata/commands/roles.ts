import { actionsOf } from '../../registry/action-mask.ts';
import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { Authority, AuthorityRefusal, Scope } from '../../registry/ports/role-store.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking, Withdrawn } from '../sql-session.ts';
import { recordAudit } from './audit.ts';
import { isBeyond, leavesOrphan, lockScope } from './authority.ts';

interface RoleRow {
  readonly id: number;
  readonly built_in: number;
  readonly version: number;
  readonly actions: number;
}

/** By this name decisions tell that there was no need of a role (`Decision.roles`), so rules let it through. */
const reservedName = 'administrator';

/** `RoleStore.createRole`. In a project no role may hide one of the registry, and the other way round. */
export async function createRole(
  sql: SqlTransaction,
  input: { scope: Scope; name: string; actions: number; authority: Authority; by: Agent; at: Millis },
): Promise<'created' | 'name-taken' | 'absent' | AuthorityRefusal> {
  const { name, actions, authority, by, at } = input;
  const key = await lockScope(sql, input);
  if (key === undefined) return 'absent';
  if (isBeyond(actions, authority)) return 'beyond-authority';
  if (name === reservedName) return 'name-taken';
  if (key !== 0 && (await lockRole(sql, 0, name)) !== undefined) return 'name-taken';
  const created = await sql.run(
    'insert into roles (project_id, name, actions, built_in, created_at, created_by) values (?, ?, ?, 0, ?, ?) on conflict do nothing',
    [key === 0 ? null : key, name, actions, at, by.actor],
  );
  if (created === 0) return 'name-taken';
  await record(sql, 'created', key, input, { actions: actionsOf(actions) });
  return 'created';
}

/** `RoleStore.updateRole`. */
export async function updateRole(
  sql: SqlTransaction,
  input: { scope: Scope; name: string; version: number | undefined; actions: number; authority: Authority; by: Agent; at: Millis },
): Promise<'updated' | 'absent' | 'stale' | 'built-in' | AuthorityRefusal> {
  const { name, version, actions, authority } = input;
  const key = await lockScope(sql, input);
  const role = key === undefined ? undefined : await lockRole(sql, key, name);
  if (key === undefined || role === undefined) return 'absent';
  if (role.built_in === 1) return 'built-in';
  if (version !== undefined && version !== role.version) return 'stale';
  if (isBeyond(actions | role.actions, authority)) return 'beyond-authority';
  await sql.run('update roles set actions = ?, version = version + 1 where id = ?', [actions, role.id]);
  if (await leavesOrphan(sql, key, authority)) throw new Withdrawn('last-owner' satisfies AuthorityRefusal);
  await record(sql, 'updated', key, input, { actions: actionsOf(actions), before: actionsOf(role.actions) });
  return 'updated';
}

/** `RoleStore.deleteRole`. */
export async function deleteRole(
  sql: SqlTransaction,
  input: { scope: Scope; name: string; by: Agent; at: Millis },
): Promise<'deleted' | 'absent' | 'built-in' | 'in-use'> {
  const { name } = input;
  const key = await lockScope(sql, input);
  const role = key === undefined ? undefined : await lockRole(sql, key, name);
  if (key === undefined || role === undefined) return 'absent';
  if (role.built_in === 1) return 'built-in';
  if ((await sql.get('select 1 from role_bindings where role_id = ? limit 1', [role.id])) !== undefined) return 'in-use';
  await sql.run('delete from roles where id = ?', [role.id]);
  await record(sql, 'deleted', key, input, { actions: actionsOf(role.actions) });
  return 'deleted';
}

function record(
  sql: SqlTransaction,
  what: 'created' | 'updated' | 'deleted',
  key: number,
  { name, by, at }: { name: string; by: Agent; at: Millis },
  detail: Record<string, unknown>,
): Promise<void> {
  return recordAudit(sql, by, { at, action: `role.${what}`, resource: { kind: 'role', name }, projectId: key || undefined, detail });
}

function lockRole(sql: SqlSession, key: number, name: string): Promise<RoleRow | undefined> {
  return sql.get<RoleRow>(
    `select id, built_in, version, actions from roles where coalesce(project_id, 0) = ? and name = ? ${locking(sql, 'for update')}`,
    [key, name],
  );
}
