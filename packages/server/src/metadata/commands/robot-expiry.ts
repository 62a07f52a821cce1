import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { SqlTransaction } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import { recordChange } from './changes.ts';

interface ExpiryRow {
  readonly id: number;
  readonly project: string | null;
  readonly name: string;
  readonly expires_at: Millis;
}

/** `RobotStore.announceRobotExpiry`. Robots of a project that is being deleted are nobody's any more. */
export async function announceRobotExpiry(
  sql: SqlTransaction,
  input: { before: Millis; at: Millis; limit: number; by: Agent },
): Promise<boolean> {
  const { before, at, limit, by } = input;
  const expired = await announce(sql, 2, { where: 'announced in (0, 1) and expires_at <= ?', params: [at] }, limit);
  const expiring = await announce(sql, 1, { where: 'announced = 0 and expires_at > ? and expires_at <= ?', params: [at, before] }, limit);
  for (const [type, rows] of [['robot.expired', expired] as const, ['robot.expiring', expiring] as const]) {
    for (const { id, project, name, expires_at } of rows) {
      const data = { robotId: id, robot: name, expiresAt: new Date(expires_at).toISOString(), ...(project !== null && { project }) };
      await recordChange(sql, { type, at, by, data });
    }
  }
  await sql.run('delete from robot_secrets where expires_at <= ?', [at]);
  return expired.length === limit || expiring.length === limit;
}

function announce(
  sql: SqlTransaction,
  announced: number,
  { where, params }: { where: string; params: readonly Millis[] },
  limit: number,
): Promise<ExpiryRow[]> {
  return sql.all<ExpiryRow>(
    `update robots set announced = ? where id in (
       select id from robots where ${where}
         and not exists (select 1 from projects p where p.id = robots.project_id and p.deleted_at is not null)
       order by announced, expires_at limit ? ${locking(sql, 'for update skip locked')})
     returning id, name, expires_at, (select p.name from projects p where p.id = robots.project_id) as project`,
    [announced, ...params, limit],
  );
}
