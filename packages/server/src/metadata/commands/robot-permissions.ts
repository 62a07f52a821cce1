import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { RobotPermission, UnknownPermission } from '../../registry/ports/robot-store.ts';
import { rangeOfBinding } from '../../registry/repository-pattern.ts';
import type { SqlSession } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import type { NewBinding } from './role-bindings.ts';
import { bindRole, findRoleIn } from './role-bindings.ts';

/** A permission with what it names. */
type FoundPermission = Pick<NewBinding, 'projectId' | 'roleId' | 'pattern' | 'low' | 'high'>;

/** Finds projects and roles of permissions; the first that names something that is not there is the answer instead. */
export async function resolvePermissions(
  sql: SqlSession,
  permissions: readonly RobotPermission[],
): Promise<{ readonly found: readonly FoundPermission[] } | UnknownPermission> {
  const found: FoundPermission[] = [];
  for (const [index, permission] of permissions.entries()) {
    const { project, repositories: pattern, role } = permission;
    const range = rangeOfBinding({ project, pattern });
    if (range === undefined) return { outcome: 'bad-pattern', index };
    const projectId = project === undefined ? undefined : await projectIdOf(sql, project);
    if (project !== undefined && projectId === undefined) return { outcome: 'unknown-project', index };
    const roleId = (await findRoleIn(sql, projectId ?? 0, role))?.id;
    if (roleId === undefined) return { outcome: 'unknown-role', index };
    found.push({ projectId, roleId, pattern, low: range.low, high: range.high });
  }
  return { found };
}

/** Binds a robot to roles. What is said twice counts once. */
export async function bindRobot(
  sql: SqlSession,
  id: number,
  permissions: readonly FoundPermission[],
  { by, at }: { by: Agent; at: Millis },
): Promise<void> {
  for (const permission of permissions) {
    await bindRole(sql, { ...permission, subject: { kind: 'robot', id }, by, at });
  }
}

/** Takes every role from a robot. */
export async function unbindRobot(sql: SqlSession, id: number): Promise<void> {
  await sql.run("delete from role_bindings where subject_kind = 'robot' and subject_id = ?", [id]);
}

/** Whoever deletes the project waits, and then finds what was made in it meanwhile. */
export async function projectIdOf(sql: SqlSession, project: string): Promise<number | undefined> {
  return (await sql.get<{ id: number }>(`select id from projects where name = ? ${locking(sql, 'for key share')}`, [project]))?.id;
}
