import { mostTrusts, type RobotTrustStore } from '../../registry/ports/robot-trust-store.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { lockRobot, recordOfRobot } from './robots.ts';

type Input<N extends keyof RobotTrustStore> = Parameters<RobotTrustStore[N]>[0];

const noteEveryMs = 60_000;

/** `RobotTrustStore.createRobotTrust`. */
export async function createRobotTrust(
  sql: SqlTransaction,
  input: Input<'createRobotTrust'>,
): Promise<Awaited<ReturnType<RobotTrustStore['createRobotTrust']>>> {
  const { kind, issuer, rule, by, at } = input;
  const robot = await lockRobot(sql, input);
  if (robot === undefined) return { outcome: 'unknown' };
  const held = await sql.get<{ count: number }>('select count(*) as count from robot_trusts where robot_id = ?', [robot.id]);
  if (Number(held?.count ?? 0) >= mostTrusts) return { outcome: 'too-many' };
  const row = await sql.get<{ id: number }>(
    'insert into robot_trusts (robot_id, kind, issuer, rule, created_at, created_by) values (?, ?, ?, ?, ?, ?) returning id',
    [robot.id, kind, issuer, rule, at, by.actor],
  );
  if (row === undefined) throw new Error('The database did not return the id of a new trust');
  await recordOfRobot(sql, robot, input, 'trust-created', { trustId: row.id, kind, issuer, rule });
  return { outcome: 'created', id: row.id };
}

/** `RobotTrustStore.deleteRobotTrust`. */
export async function deleteRobotTrust(sql: SqlTransaction, input: Input<'deleteRobotTrust'>): Promise<boolean> {
  const robot = await lockRobot(sql, input);
  if (robot === undefined) return false;
  const row = await sql.get<{ kind: string; issuer: string; rule: string }>(
    'delete from robot_trusts where id = ? and robot_id = ? returning kind, issuer, rule',
    [input.trustId, robot.id],
  );
  if (row === undefined) return false;
  await recordOfRobot(sql, robot, input, 'trust-deleted', { trustId: input.trustId, ...row });
  return true;
}

/** `TrustLogins.noteTrustUse`. */
export async function noteTrustUse(sql: SqlSession, input: Input<'noteTrustUse'>): Promise<void> {
  const { id, trustId, address, at } = input;
  const isLater = '(last_used_at is null or last_used_at < ?)';
  const before = at - noteEveryMs;
  await sql.run(`update robots set last_used_at = ?, last_used_address = ? where id = ? and ${isLater}`, [at, address, id, before]);
  await sql.run(`update robot_trusts set last_used_at = ? where id = ? and robot_id = ? and ${isLater}`, [at, trustId, id, before]);
}
