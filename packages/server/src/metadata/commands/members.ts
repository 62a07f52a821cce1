import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { Authority, AuthorityRefusal, Scope } from '../../registry/ports/role-store.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking, Withdrawn } from '../sql-session.ts';
import { subjectName } from '../subject-name.ts';
import { recordAudit } from './audit.ts';
import { isBeyond, leavesOrphan, lockScope } from './authority.ts';
import { bindRole, findRoleIn } from './role-bindings.ts';

/** `RoleStore.addMember`. */
export async function addMember(
  sql: SqlTransaction,
  input: {
    scope: Scope;
    subject: { kind: 'user' | 'group'; name: string };
    role: string;
    pattern: string;
    low: string;
    high: string;
    authority: Authority;
    by: Agent;
    at: Millis;
  },
): Promise<{ outcome: 'added'; id: number } | { outcome: 'exists' | 'absent' | 'unknown-subject' | 'unknown-role' | AuthorityRefusal }> {
  const { subject, pattern, low, high, authority, by, at } = input;
  const key = await lockScope(sql, input);
  if (key === undefined) return { outcome: 'absent' };
  const subjectId = await findSubject(sql, subject);
  if (subjectId === undefined) return { outcome: 'unknown-subject' };
  const role = await findRoleIn(sql, key, input.role);
  if (role === undefined) return { outcome: 'unknown-role' };
  if (isBeyond(role.actions, authority)) return { outcome: 'beyond-authority' };
  const id = await bindRole(sql, {
    projectId: key === 0 ? undefined : key,
    subject: { kind: subject.kind, id: subjectId },
    roleId: role.id,
    pattern,
    low,
    high,
    by,
    at,
  });
  if (id === undefined) return { outcome: 'exists' };
  await record(sql, 'added', key, input, {
    member: id,
    subject: `${subject.kind}:${subject.name}`,
    role: input.role,
    repositories: pattern,
  });
  return { outcome: 'added', id };
}

/** `RoleStore.changeMember`. */
export async function changeMember(
  sql: SqlTransaction,
  input: { scope: Scope; id: number; version: number | undefined; role: string; authority: Authority; by: Agent; at: Millis },
): Promise<'changed' | 'exists' | 'absent' | 'stale' | 'unknown-role' | AuthorityRefusal> {
  const { id, version, authority } = input;
  const key = await lockScope(sql, input);
  const binding = key === undefined ? undefined : await lockBinding(sql, key, id);
  if (key === undefined || binding === undefined) return 'absent';
  if (version !== undefined && version !== binding.version) return 'stale';
  const role = await findRoleIn(sql, key, input.role);
  if (role === undefined) return 'unknown-role';
  if (isBeyond(role.actions | binding.actions, authority)) return 'beyond-authority';
  const twin = await sql.get(
    `select 1 from role_bindings where subject_kind = ? and subject_id = ? and coalesce(project_id, 0) = ? and range_low = ? and range_high = ?
       and role_id = ? and id <> ?`,
    [binding.subject_kind, binding.subject_id, key, binding.range_low, binding.range_high, role.id, id],
  );
  if (twin !== undefined) return 'exists';
  await sql.run('update role_bindings set role_id = ?, version = version + 1 where id = ?', [role.id, id]);
  if (await leavesOrphan(sql, key, authority)) throw new Withdrawn('last-owner' satisfies AuthorityRefusal);
  await record(sql, 'changed', key, input, { ...detailOf(id, binding), role: input.role, before: binding.role });
  return 'changed';
}

/** `RoleStore.removeMember`. */
export async function removeMember(
  sql: SqlTransaction,
  input: { scope: Scope; id: number; version: number | undefined; authority: Authority; by: Agent; at: Millis },
): Promise<'removed' | 'absent' | 'stale' | AuthorityRefusal> {
  const { id, version, authority } = input;
  const key = await lockScope(sql, input);
  const binding = key === undefined ? undefined : await lockBinding(sql, key, id);
  if (key === undefined || binding === undefined) return 'absent';
  if (version !== undefined && version !== binding.version) return 'stale';
  if (isBeyond(binding.actions, authority)) return 'beyond-authority';
  await sql.run('delete from role_bindings where id = ?', [id]);
  if (await leavesOrphan(sql, key, authority)) throw new Withdrawn('last-owner' satisfies AuthorityRefusal);
  await record(sql, 'removed', key, input, detailOf(id, binding));
  return 'removed';
}

interface BindingRow {
  readonly subject_kind: string;
  readonly subject_id: number;
  readonly subject: string;
  readonly role: string;
  readonly pattern: string;
  readonly range_low: string;
  readonly range_high: string;
  readonly version: number;
  readonly actions: number;
}

function detailOf(id: number, { subject_kind: kind, subject, role, pattern }: BindingRow): Record<string, unknown> {
  return { member: id, subject: `${kind}:${subject}`, role, repositories: pattern };
}

/** The entry of the audit log: about the project, or about the registry. */
function record(
  sql: SqlTransaction,
  what: 'added' | 'changed' | 'removed',
  key: number,
  { scope, by, at }: { scope: Scope; by: Agent; at: Millis },
  detail: Record<string, unknown>,
): Promise<void> {
  const resource = scope === undefined ? { kind: 'registry', name: '' } : { kind: 'project', name: scope };
  return recordAudit(sql, by, { at, action: `member.${what}`, resource, projectId: key || undefined, detail });
}

/** Through its project: an id of another one's is none here. */
function lockBinding(sql: SqlSession, key: number, id: number): Promise<BindingRow | undefined> {
  return sql.get<BindingRow>(
    `select t.subject_kind, t.subject_id, ${subjectName('t')} as subject, ro.name as role, t.pattern, t.range_low, t.range_high, t.version, ro.actions
     from role_bindings t join roles ro on ro.id = t.role_id
     where t.id = ? and coalesce(t.project_id, 0) = ? ${locking(sql, 'for update of t')}`,
    [id, key],
  );
}

async function findSubject(sql: SqlSession, { kind, name }: { kind: 'user' | 'group'; name: string }): Promise<number | undefined> {
  const table = kind === 'user' ? 'users' : 'groups';
  const row = await sql.get<{ id: number }>(`select id from ${table} where name = ? ${locking(sql, 'for key share')}`, [name]);
  return row?.id;
}
