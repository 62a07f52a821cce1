import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { ChangeRobotOutcome, CreateRobotOutcome, RobotKey, RobotStore } from '../../registry/ports/robot-store.ts';
import { robotTitle } from '../../registry/robot-name.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import { recordAudit } from './audit.ts';
import { requireSame } from './decided-project.ts';
import { bindRobot, projectIdOf, resolvePermissions, unbindRobot } from './robot-permissions.ts';

type Input<N extends keyof RobotStore> = Parameters<RobotStore[N]>[0];

/** A robot that is to be changed. */
export interface RobotRow {
  readonly id: number;
  readonly project_id: number | null;
  readonly name: string;
  readonly version: number;
}

/** `RobotStore.createRobot`. */
export async function createRobot(sql: SqlTransaction, input: Input<'createRobot'>): Promise<CreateRobotOutcome> {
  const { project, name, description, expiresAt, secretHash, by, at } = input;
  const projectId = project === undefined ? null : await projectIdOf(sql, project);
  if (projectId === undefined) return { outcome: 'no-project' };
  if (projectId !== null) requireSame(by, projectId);
  const permissions = await resolvePermissions(sql, input.permissions);
  if ('outcome' in permissions) return permissions;
  const row = await sql.get<{ id: number }>(
    `insert into robots (project_id, name, description, disabled, expires_at, created_at, created_by, version, epoch, announced)
     values (?, ?, ?, 0, ?, ?, ?, 1, 1, 0) on conflict do nothing returning id`,
    [projectId, name, description, expiresAt ?? null, at, by.actor],
  );
  if (row === undefined) return { outcome: 'name-taken' };
  await addSecret(sql, row.id, secretHash, at);
  await bindRobot(sql, row.id, permissions.found, { by, at });
  await recordOfRobot(sql, { id: row.id, project_id: projectId, name }, input, 'created', {
    expiresAt: expiresAt ?? null,
    permissions: input.permissions,
  });
  return { outcome: 'created', id: row.id };
}

/** `RobotStore.updateRobot`. */
export async function updateRobot(sql: SqlTransaction, input: Input<'updateRobot'>): Promise<ChangeRobotOutcome> {
  const { changes, by, at } = input;
  const row = await lockRobot(sql, input);
  if (row === undefined) return { outcome: 'unknown' };
  if (input.version !== undefined && row.version !== input.version) return { outcome: 'stale' };
  const permissions = changes.permissions && (await resolvePermissions(sql, changes.permissions));
  if (permissions !== undefined && 'outcome' in permissions) return permissions;
  const { expiresAt, disabled } = changes;
  await sql.run(
    `update robots set description = coalesce(?, description), epoch = epoch + (case when disabled = 0 and ? = 1 then 1 else 0 end),
       disabled = coalesce(?, disabled), version = version + 1 where id = ?`,
    [changes.description ?? null, flag(disabled), flag(disabled), row.id],
  );
  if (expiresAt !== undefined) await sql.run('update robots set expires_at = ?, announced = 0 where id = ?', [expiresAt, row.id]);
  if (permissions !== undefined) {
    await unbindRobot(sql, row.id);
    await bindRobot(sql, row.id, permissions.found, { by, at });
  }
  await recordOfRobot(sql, row, input, 'updated', { ...changes });
  return { outcome: 'changed' };
}

/** `RobotStore.deleteRobot`. */
export async function deleteRobot(sql: SqlTransaction, input: Input<'deleteRobot'>): Promise<{ outcome: 'changed' | 'unknown' | 'stale' }> {
  const row = await lockRobot(sql, input);
  if (row === undefined) return { outcome: 'unknown' };
  if (input.version !== undefined && row.version !== input.version) return { outcome: 'stale' };
  await unbindRobot(sql, row.id);
  await sql.run('delete from robots where id = ?', [row.id]);
  await recordOfRobot(sql, row, input, 'deleted', {});
  return { outcome: 'changed' };
}

/** `RobotStore.rotateRobotSecret`. */
export async function rotateRobotSecret(sql: SqlTransaction, input: Input<'rotateRobotSecret'>): Promise<boolean> {
  const { secretHash, oldUntil, at } = input;
  const row = await lockRobot(sql, input);
  if (row === undefined) return false;
  const secrets = 'select max(id) from robot_secrets where robot_id = ?';
  await sql.run(`delete from robot_secrets where robot_id = ? and id < (${secrets})`, [row.id, row.id]);
  if (oldUntil <= at) await sql.run('delete from robot_secrets where robot_id = ?', [row.id]);
  else await sql.run('update robot_secrets set expires_at = ? where robot_id = ?', [oldUntil, row.id]);
  await sql.run('update robots set version = version + 1 where id = ?', [row.id]);
  const secretId = await addSecret(sql, row.id, secretHash, at);
  await recordOfRobot(sql, row, input, 'rotated', { secretId, oldUntil });
  return true;
}

/** `RobotLogins.noteRobotUse`. Notes may arrive out of order. */
export async function noteRobotUse(sql: SqlSession, input: Input<'noteRobotUse'>): Promise<void> {
  const { id, secretId, address, at } = input;
  const isLater = '(last_used_at is null or last_used_at < ?)';
  await sql.run(`update robots set last_used_at = ?, last_used_address = ? where id = ? and ${isLater}`, [at, address, id, at]);
  await sql.run(`update robot_secrets set last_used_at = ? where id = ? and robot_id = ? and ${isLater}`, [at, secretId, id, at]);
}

/** The robot through its parent, locked. */
export async function lockRobot(sql: SqlSession, { project, id, by }: RobotKey & { readonly by: Agent }): Promise<RobotRow | undefined> {
  const select = 'select id, project_id, name, version from robots where id = ? and';
  const row = await (project === undefined
    ? sql.get<RobotRow>(`${select} project_id is null ${locking(sql, 'for update')}`, [id])
    : sql.get<RobotRow>(`${select} project_id = (select id from projects where name = ?) ${locking(sql, 'for update')}`, [id, project]));
  if (row !== undefined && row.project_id !== null) requireSame(by, row.project_id);
  return row;
}

async function addSecret(sql: SqlSession, robotId: number, secretHash: Uint8Array, at: Millis): Promise<number> {
  const row = await sql.get<{ id: number }>('insert into robot_secrets (robot_id, secret_hash, created_at) values (?, ?, ?) returning id', [
    robotId,
    secretHash,
    at,
  ]);
  if (row === undefined) throw new Error('The database did not return the id of a new secret');
  return row.id;
}

/** Writes to the audit log what became of a robot. */
export function recordOfRobot(
  sql: SqlTransaction,
  { id, project_id, name }: Omit<RobotRow, 'version'>,
  { project, by, at }: { project: string | undefined; by: Agent; at: Millis },
  what: 'created' | 'updated' | 'deleted' | 'rotated' | 'trust-created' | 'trust-deleted',
  detail: Record<string, unknown>,
): Promise<void> {
  const resource = { kind: 'robot', name: robotTitle({ project, name }) };
  return recordAudit(sql, by, {
    at,
    action: `robot.${what}`,
    resource,
    projectId: project_id ?? undefined,
    detail: { robotId: id, ...detail },
  });
}

function flag(value: boolean | undefined): number | null {
  return value === undefined ? null : Number(value);
}
