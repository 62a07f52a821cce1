import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { GroupDeletion, GroupSource } from '../../registry/ports/group-store.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import { recordAudit } from './audit.ts';
import { isBeyond, ownedByGroupAlone } from './authority.ts';

/** `GroupStore.createGroup`. */
export async function createGroup(
  sql: SqlTransaction,
  input: { name: string; by: Agent; at: Millis } & Partial<GroupSource>,
): Promise<'created' | 'name-taken' | 'source-taken'> {
  const { name, provider, externalName, by, at } = input;
  const created = await sql.run(
    'insert into groups (name, provider, external_name, created_at, created_by) values (?, ?, ?, ?, ?) on conflict do nothing',
    [name, provider ?? null, externalName ?? null, at, by.actor],
  );
  if (created === 0) return (await sql.get('select 1 from groups where name = ?', [name])) ? 'name-taken' : 'source-taken';
  await record(sql, 'created', name, input, provider === undefined ? {} : { provider, externalName });
  return 'created';
}

/** `GroupStore.deleteGroup`. Memberships go with the row. Projects are locked before the group, as by whoever gives it a role. */
export async function deleteGroup(sql: SqlTransaction, input: { name: string; by: Agent; at: Millis }): Promise<GroupDeletion> {
  const project = await ownedByGroupAlone(sql, input.name);
  if (project !== undefined) return { outcome: 'last-owner', project };
  const id = (await lockGroup(sql, input.name))?.id;
  if (id === undefined) return { outcome: 'absent' };
  await sql.run("delete from role_bindings where subject_kind = 'group' and subject_id = ?", [id]);
  await sql.run('delete from groups where id = ?', [id]);
  await record(sql, 'deleted', input.name, input);
  return { outcome: 'deleted' };
}

/** `GroupStore.addGroupMember`. */
export async function addGroupMember(
  sql: SqlTransaction,
  input: { group: string; user: string; actions: number; by: Agent; at: Millis },
): Promise<'added' | 'absent' | 'unknown-user' | 'beyond-authority' | 'of-provider'> {
  const locked = await lockGroup(sql, input.group);
  if (locked === undefined) return 'absent';
  if (locked.provider !== null) return 'of-provider';
  const group = locked.id;
  const user = await sql.get<{ id: number }>(`select id from users where name = ? ${locking(sql, 'for key share')}`, [input.user]);
  if (user === undefined) return 'unknown-user';
  const held = await sql.all<{ actions: number }>(
    `select distinct ro.actions from role_bindings b join roles ro on ro.id = b.role_id where b.subject_kind = 'group' and b.subject_id = ?`,
    [group],
  );
  if (held.some(({ actions }) => isBeyond(actions, input))) return 'beyond-authority';
  const added = await sql.run('insert into group_members (user_id, group_id, added_at) values (?, ?, ?) on conflict do nothing', [
    user.id,
    group,
    input.at,
  ]);
  if (added > 0) await record(sql, 'member-added', input.group, input, { user: input.user });
  return 'added';
}

/** `GroupStore.removeGroupMember`. */
export async function removeGroupMember(
  sql: SqlTransaction,
  input: { group: string; user: string; by: Agent; at: Millis },
): Promise<boolean> {
  const removed = await sql.run(
    'delete from group_members where group_id = (select id from groups where name = ?) and user_id = (select id from users where name = ?)',
    [input.group, input.user],
  );
  if (removed > 0) await record(sql, 'member-removed', input.group, input, { user: input.user });
  return removed > 0;
}

function record(
  sql: SqlTransaction,
  what: string,
  name: string,
  { by, at }: { by: Agent; at: Millis },
  detail: Record<string, unknown> = {},
): Promise<void> {
  return recordAudit(sql, by, { at, action: `group.${what}`, resource: { kind: 'group', name }, detail });
}

function lockGroup(sql: SqlSession, name: string): Promise<{ id: number; provider: string | null } | undefined> {
  return sql.get(`select id, provider from groups where name = ? ${locking(sql, 'for update')}`, [name]);
}
