import type { Millis } from '../../registry/ports/content-store.ts';
import type { RobotKey } from '../../registry/ports/robot-store.ts';
import type { RobotTrust, TrustingRobot, TrustKind, TrustLogins } from '../../registry/ports/robot-trust-store.ts';
import type { SqlSession } from '../sql-session.ts';

interface TrustingRow {
  readonly id: number;
  readonly project: string | null;
  readonly name: string;
  readonly disabled: number;
  readonly expires_at: Millis | null;
  readonly epoch: number;
  readonly trust_id: number;
  readonly rule: string;
}

interface TrustRow {
  readonly id: number;
  readonly kind: TrustKind;
  readonly issuer: string;
  readonly rule: string;
  readonly created_at: Millis;
  readonly created_by: string;
  readonly last_used_at: Millis | null;
}

/** From the moment that a project is deleted its robots are not there, although their rows go later. */
const selectTrusting = `select r.id, p.name as project, r.name, r.disabled, r.expires_at, r.epoch, t.id as trust_id, t.rule
  from robot_trusts t join robots r on r.id = t.robot_id left join projects p on p.id = r.project_id
  where p.deleted_at is null and`;

/** `TrustLogins.findTrustingRobots`. */
export async function findTrustingRobots(
  sql: SqlSession,
  { kind, issuer, robot, project: ofProject, limit }: Parameters<TrustLogins['findTrustingRobots']>[0],
): Promise<readonly TrustingRobot[]> {
  const named = { text: '', params: [] as string[] };
  if (robot !== undefined) {
    const { project, name } = robot;
    const parent = project === undefined ? 'project_id is null' : 'project_id = (select id from projects where name = ?)';
    named.text = `and t.robot_id = (select id from robots where ${parent} and name = ?)`;
    named.params = project === undefined ? [name] : [project, name];
  }
  if (robot === undefined && ofProject !== undefined) {
    named.text = 'and (r.project_id is null or p.name = ?)';
    named.params = [ofProject];
  }
  const rows = await sql.all<TrustingRow>(`${selectTrusting} t.kind = ? and t.issuer = ? ${named.text} order by t.id limit ?`, [
    kind,
    issuer,
    ...named.params,
    limit,
  ]);
  return rows.map(toTrusting);
}

/** `TrustLogins.findTrustingRobot`. */
export async function findTrustingRobot(
  sql: SqlSession,
  { id, trustId }: { id: number; trustId: number },
): Promise<TrustingRobot | undefined> {
  const row = await sql.get<TrustingRow>(`${selectTrusting} t.id = ? and t.robot_id = ?`, [trustId, id]);
  return row && toTrusting(row);
}

/** `RobotTrustStore.listRobotTrusts`: there are few of each robot. */
export async function listRobotTrusts(sql: SqlSession, { project, id }: RobotKey): Promise<readonly RobotTrust[]> {
  const parent = project === undefined ? 'r.project_id is null' : 'r.project_id = (select id from projects where name = ?)';
  const rows = await sql.all<TrustRow>(
    `select t.id, t.kind, t.issuer, t.rule, t.created_at, t.created_by, t.last_used_at
     from robot_trusts t join robots r on r.id = t.robot_id where t.robot_id = ? and ${parent} order by t.id`,
    project === undefined ? [id] : [id, project],
  );
  return rows.map(({ created_at, created_by, last_used_at, ...row }) => ({
    ...row,
    createdAt: created_at,
    createdBy: created_by,
    lastUsedAt: last_used_at ?? undefined,
  }));
}

function toTrusting({ project, disabled, expires_at, trust_id, ...row }: TrustingRow): TrustingRobot {
  return { ...row, project: project ?? undefined, disabled: disabled === 1, expiresAt: expires_at ?? undefined, trustId: trust_id };
}
