import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import { namesOfProject } from '../../registry/repository-pattern.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import { recordAudit } from './audit.ts';

/** `AccessStore.setProjectRole`. The project's row is locked first, as by whoever changes its members or deletes it. */
export async function setProjectRole(
  sql: SqlTransaction,
  input: { userId: number; project: string; role: string | undefined; by: Agent; at: Millis },
): Promise<boolean> {
  const { userId, project, role, by, at } = input;
  const known = await sql.get<{ id: number }>(
    `select id from projects where name = ? and deleted_at is null ${locking(sql, 'for no key update')}`,
    [project],
  );
  const user = await sql.get<{ name: string }>(`select name from users where id = ? ${locking(sql, 'for key share')}`, [userId]);
  if (known === undefined || user === undefined) return false;
  const { low, high } = namesOfProject(project);
  const roleId = role === undefined ? undefined : (await findRoleIn(sql, known.id, role))?.id;
  if (role !== undefined && roleId === undefined) return false;
  const taken = await sql.run(
    `delete from role_bindings where subject_kind = 'user' and subject_id = ? and coalesce(project_id, 0) = ?
       and range_low = ? and range_high = ? and role_id <> ?`,
    [userId, known.id, low, high, roleId ?? 0],
  );
  const subject = { kind: 'user', id: userId } as const;
  const given =
    roleId === undefined ? undefined : await bindRole(sql, { projectId: known.id, subject, roleId, pattern: '**', low, high, by, at });
  if (taken === 0 && given === undefined) return true;
  await recordAudit(sql, by, {
    at,
    action: role === undefined ? 'member.removed' : 'member.changed',
    resource: { kind: 'project', name: project },
    projectId: known.id,
    detail: { subject: `user:${user.name}`, ...(role !== undefined && { role }), repositories: '**' },
  });
  return true;
}

/** A binding as it is written. */
export interface NewBinding {
  /** Undefined: every project. */
  readonly projectId: number | undefined;
  readonly subject: { readonly kind: 'user' | 'group' | 'robot'; readonly id: number };
  readonly roleId: number;
  readonly pattern: string;
  readonly low: string;
  readonly high: string;
  readonly by: Agent;
  readonly at: Millis;
}

/** Its id; undefined when the subject is bound to that role on that range already. */
export async function bindRole(sql: SqlSession, binding: NewBinding): Promise<number | undefined> {
  const { projectId, subject, roleId, pattern, low, high, by, at } = binding;
  const row = await sql.get<{ id: number }>(
    `insert into role_bindings (project_id, subject_kind, subject_id, role_id, range_low, range_high, pattern, created_at, created_by)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing returning id`,
    [projectId ?? null, subject.kind, subject.id, roleId, low, high, pattern, at, by.actor],
  );
  return row?.id;
}

/** Whoever creates a project owns it, unless that is none of the decision; only users can (`user:<id>:<name>`). */
export async function bindFounder(
  sql: SqlSession,
  { projectId, project, by, at }: { projectId: number; project: string; by: Agent; at: Millis },
): Promise<void> {
  const userId = by.ownerless ? undefined : /^user:(\d+):/.exec(by.actor)?.[1];
  if (userId === undefined) return;
  const { low, high } = namesOfProject(project);
  await sql.run(
    `insert into role_bindings (project_id, subject_kind, subject_id, role_id, range_low, range_high, pattern, created_at, created_by)
     select ?, 'user', u.id, ro.id, ?, ?, '**', ?, ? from users u join roles ro on coalesce(ro.project_id, 0) = 0 and ro.name = 'owner'
     where u.id = ?`,
    [projectId, low, high, at, by.actor, Number(userId)],
  );
}

/** The role that a name means in a project (0: the registry): one of its own, or one of the registry. It cannot go before the transaction ends. */
export async function findRoleIn(sql: SqlSession, key: number, name: string): Promise<{ id: number; actions: number } | undefined> {
  const find = (scope: number) =>
    sql.get<{ id: number; actions: number }>(
      `select id, actions from roles where coalesce(project_id, 0) = ? and name = ? ${locking(sql, 'for share')}`,
      [scope, name],
    );
  return (key === 0 ? undefined : await find(key)) ?? find(0);
}
