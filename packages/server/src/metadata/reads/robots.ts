import type { Listed, Millis, Page } from '../../registry/ports/content-store.ts';
import type { Robot, RobotCredential, RobotKey, RobotPermission, RobotSecret } from '../../registry/ports/robot-store.ts';
import { chunks, padded, placeholders } from '../sql-lists.ts';
import type { SqlSession, SqlValue } from '../sql-session.ts';

interface CredentialRow {
  readonly id: number;
  readonly project: string | null;
  readonly name: string;
  readonly disabled: number;
  readonly expires_at: Millis | null;
  readonly epoch: number;
  readonly secret_id: number;
  readonly secret_expires_at: Millis | null;
  readonly secret_last_used_at: Millis | null;
}

interface RobotRow {
  readonly id: number;
  readonly project: string | null;
  readonly name: string;
  readonly description: string;
  readonly disabled: number;
  readonly expires_at: Millis | null;
  readonly created_at: Millis;
  readonly created_by: string;
  readonly version: number;
  readonly last_used_at: Millis | null;
  readonly last_used_address: string | null;
}

interface SecretRow {
  readonly robot_id: number;
  readonly id: number;
  readonly created_at: Millis;
  readonly expires_at: Millis | null;
  readonly last_used_at: Millis | null;
}

interface PermissionRow {
  readonly robot_id: number;
  readonly project: string | null;
  readonly pattern: string;
  readonly role: string;
}

/** From the moment that a project is deleted its robots are not there, although their rows go later. */
const selectCredential = `select r.id, p.name as project, r.name, r.disabled, r.expires_at, r.epoch,
    s.id as secret_id, s.expires_at as secret_expires_at, s.last_used_at as secret_last_used_at
  from robot_secrets s join robots r on r.id = s.robot_id left join projects p on p.id = r.project_id
  where p.deleted_at is null and`;

const selectRobots = `select r.id, p.name as project, r.name, r.description, r.disabled, r.expires_at, r.created_at, r.created_by, r.version,
    r.last_used_at, r.last_used_address
  from robots r left join projects p on p.id = r.project_id where`;

/** `RobotLogins.findRobotBySecret`. */
export async function findRobotBySecret(sql: SqlSession, secretHash: Uint8Array): Promise<RobotCredential | undefined> {
  const row = await sql.get<CredentialRow>(`${selectCredential} s.secret_hash = ?`, [secretHash]);
  return row && toCredential(row);
}

/** `RobotLogins.findRobotCredential`. */
export async function findRobotCredential(
  sql: SqlSession,
  { id, secretId }: { id: number; secretId: number },
): Promise<RobotCredential | undefined> {
  const row = await sql.get<CredentialRow>(`${selectCredential} s.id = ? and s.robot_id = ?`, [secretId, id]);
  return row && toCredential(row);
}

/** `RobotStore.findRobot`. */
export async function findRobot(sql: SqlSession, { project, id }: RobotKey): Promise<Robot | undefined> {
  const parent = parentOf(project);
  const row = await sql.get<RobotRow>(`${selectRobots} ${parent.text} and r.id = ?`, [...parent.params, id]);
  if (row === undefined) return undefined;
  const [robot] = await withDetails(sql, [row]);
  return robot;
}

/** `RobotStore.listRobots`: the robots of a page in one statement, then their secrets, then their permissions. */
export async function listRobots(sql: SqlSession, project: string | undefined, page: Page): Promise<Listed<Robot>> {
  const parent = parentOf(project);
  const rows = await sql.all<RobotRow>(`${selectRobots} ${parent.text} and r.name > ? order by r.name limit ?`, [
    ...parent.params,
    page.after ?? '',
    page.limit + 1,
  ]);
  return { items: await withDetails(sql, rows.slice(0, page.limit)), more: rows.length > page.limit };
}

/** `RobotStore.findRoleActions`. A project's own role comes before one of the registry, as when it is bound. */
export async function findRoleActions(
  sql: SqlSession,
  { project, role }: { project: string | undefined; role: string },
): Promise<number | undefined> {
  const row = await sql.get<{ actions: number }>(
    `select actions from roles where coalesce(project_id, 0) in (0, (select id from projects where name = ?)) and name = ?
     order by coalesce(project_id, 0) desc limit 1`,
    [project ?? null, role],
  );
  return row?.actions;
}

/** Not a join by name: PostgreSQL would not see that one project keeps the order of the index. */
function parentOf(project: string | undefined): { text: string; params: SqlValue[] } {
  return project === undefined
    ? { text: 'r.project_id is null', params: [] }
    : { text: 'r.project_id = (select id from projects where name = ?)', params: [project] };
}

async function withDetails(sql: SqlSession, rows: readonly RobotRow[]): Promise<Robot[]> {
  const secrets: SecretRow[] = [];
  const permissions: PermissionRow[] = [];
  for (const chunk of chunks(rows)) {
    const ids = padded(chunk.map(({ id }) => id));
    const list = placeholders(ids.length);
    secrets.push(
      ...(await sql.all<SecretRow>(
        `select robot_id, id, created_at, expires_at, last_used_at from robot_secrets where robot_id in (${list}) order by id`,
        ids,
      )),
    );
    permissions.push(
      ...(await sql.all<PermissionRow>(
        `select b.subject_id as robot_id, (select p.name from projects p where p.id = b.project_id) as project, b.pattern, r.name as role
         from role_bindings b join roles r on r.id = b.role_id
         where b.subject_kind = 'robot' and b.subject_id in (${list}) order by b.id`,
        ids,
      )),
    );
  }
  const secretsOf = Map.groupBy(secrets, ({ robot_id }) => robot_id);
  const permissionsOf = Map.groupBy(permissions, ({ robot_id }) => robot_id);
  return rows.map((row) => toRobot(row, secretsOf.get(row.id) ?? [], permissionsOf.get(row.id) ?? []));
}

function toRobot(row: RobotRow, secrets: readonly SecretRow[], permissions: readonly PermissionRow[]): Robot {
  return {
    id: row.id,
    project: row.project ?? undefined,
    name: row.name,
    description: row.description,
    disabled: row.disabled === 1,
    expiresAt: row.expires_at ?? undefined,
    createdAt: row.created_at,
    createdBy: row.created_by,
    version: row.version,
    lastUsedAt: row.last_used_at ?? undefined,
    lastUsedAddress: row.last_used_address ?? undefined,
    secrets: secrets.map(toSecret),
    permissions: permissions.map(toPermission),
  };
}

function toSecret({ id, created_at, expires_at, last_used_at }: SecretRow): RobotSecret {
  return { id, createdAt: created_at, expiresAt: expires_at ?? undefined, lastUsedAt: last_used_at ?? undefined };
}

function toPermission({ project, pattern, role }: PermissionRow): RobotPermission {
  return { project: project ?? undefined, repositories: pattern, role };
}

function toCredential(row: CredentialRow): RobotCredential {
  return {
    id: row.id,
    project: row.project ?? undefined,
    name: row.name,
    disabled: row.disabled === 1,
    expiresAt: row.expires_at ?? undefined,
    epoch: row.epoch,
    secretId: row.secret_id,
    secretExpiresAt: row.secret_expires_at ?? undefined,
    secretLastUsedAt: row.secret_last_used_at ?? undefined,
  };
}
