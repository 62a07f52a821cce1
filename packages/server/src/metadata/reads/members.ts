import type { Listed, Millis } from '../../registry/ports/content-store.ts';
import type { Group } from '../../registry/ports/group-store.ts';
import type { Member, Scope, StoredRole } from '../../registry/ports/role-store.ts';
import type { SqlSession, SqlValue } from '../sql-session.ts';
import { subjectName } from '../subject-name.ts';

interface RoleRow {
  readonly name: string;
  readonly actions: number;
  readonly built_in: number;
  readonly created_at: Millis;
  readonly version: number;
}

interface MemberRow {
  readonly id: number;
  readonly kind: 'user' | 'group' | 'robot';
  readonly subject: string;
  readonly role: string;
  readonly pattern: string;
  readonly created_at: Millis;
  readonly created_by: string;
  readonly version: number;
}

interface GroupRow {
  readonly name: string;
  readonly created_at: Millis;
  readonly provider: string | null;
  readonly external_name: string | null;
}

const groupColumns = 'g.name, g.created_at, g.provider, g.external_name';

/**
 * The key of a scope in indexes: a project's id, or 0. A project that is not there has none. The sum keeps the column's type out of it, which would
 * keep SQLite from the index.
 */
const scopeKey = (scope: Scope) => (scope === undefined ? '0' : '(select p.id + 0 from projects p where p.name = ?)');
const scopeParams = (scope: Scope): SqlValue[] => (scope === undefined ? [] : [scope]);

const roleColumns = 'ro.name, ro.actions, ro.built_in, ro.created_at, ro.version';
const selectMembers = `select b.id, b.subject_kind as kind, ${subjectName('b')} as subject,
    ro.name as role, b.pattern, b.created_at, b.created_by, b.version
  from role_bindings b join roles ro on ro.id = b.role_id`;

/** `RoleStore.listRoles`. */
export async function listRoles(
  sql: SqlSession,
  scope: Scope,
  page: { limit: number; after: string | undefined },
): Promise<Listed<StoredRole>> {
  const rows = await sql.all<RoleRow>(
    `select ${roleColumns} from roles ro where coalesce(ro.project_id, 0) = ${scopeKey(scope)} and ro.name > ? order by ro.name limit ?`,
    [...scopeParams(scope), page.after ?? '', page.limit + 1],
  );
  return { items: rows.slice(0, page.limit).map(toRole), more: rows.length > page.limit };
}

/** `RoleStore.findRole`. */
export async function findRole(sql: SqlSession, scope: Scope, name: string): Promise<StoredRole | undefined> {
  const row = await sql.get<RoleRow>(
    `select ${roleColumns} from roles ro where coalesce(ro.project_id, 0) = ${scopeKey(scope)} and ro.name = ?`,
    [...scopeParams(scope), name],
  );
  return row && toRole(row);
}

/**
 * `RoleStore.listMembers`. A range of the index, not an equation: PostgreSQL, which expects little of a scope, would sort all that a large one has, or
 * go through all other ones'.
 */
export async function listMembers(
  sql: SqlSession,
  scope: Scope,
  page: { limit: number; after: number | undefined },
): Promise<Listed<Member>> {
  const [key, params] = [scopeKey(scope), scopeParams(scope)];
  const rows = await sql.all<MemberRow>(
    `${selectMembers} where (coalesce(b.project_id, 0), b.id) > (${key}, ?) and coalesce(b.project_id, 0) <= ${key}
     order by coalesce(b.project_id, 0), b.id limit ?`,
    [...params, page.after ?? 0, ...params, page.limit + 1],
  );
  return { items: rows.slice(0, page.limit).map(toMember), more: rows.length > page.limit };
}

/** `RoleStore.findMember`. */
export async function findMember(sql: SqlSession, scope: Scope, id: number): Promise<Member | undefined> {
  const row = await sql.get<MemberRow>(`${selectMembers} where b.id = ? and coalesce(b.project_id, 0) = ${scopeKey(scope)}`, [
    id,
    ...scopeParams(scope),
  ]);
  return row && toMember(row);
}

/** `GroupStore.listGroups`. */
export async function listGroups(sql: SqlSession, page: { limit: number; after: string | undefined }): Promise<Listed<Group>> {
  const rows = await sql.all<GroupRow>(`select ${groupColumns} from groups g where g.name > ? order by g.name limit ?`, [
    page.after ?? '',
    page.limit + 1,
  ]);
  return { items: rows.slice(0, page.limit).map(toGroup), more: rows.length > page.limit };
}

/** `GroupStore.findGroup`. */
export async function findGroup(sql: SqlSession, name: string): Promise<Group | undefined> {
  const row = await sql.get<GroupRow>(`select ${groupColumns} from groups g where g.name = ?`, [name]);
  return row && toGroup(row);
}

/** `GroupStore.listGroupMembers`, by name. */
export async function listGroupMembers(
  sql: SqlSession,
  group: string,
  page: { limit: number; after: string | undefined },
): Promise<Listed<{ name: string; addedAt: Millis }> | undefined> {
  const rows = await sql.all<{ name: string; added_at: Millis }>(
    `select u.name, gm.added_at from group_members gm join users u on u.id = gm.user_id
     where gm.group_id = (select g.id from groups g where g.name = ?) and u.name > ? order by u.name limit ?`,
    [group, page.after ?? '', page.limit + 1],
  );
  if (rows.length === 0 && (await findGroup(sql, group)) === undefined) return undefined;
  return { items: rows.slice(0, page.limit).map((row) => ({ name: row.name, addedAt: row.added_at })), more: rows.length > page.limit };
}

function toRole(row: RoleRow): StoredRole {
  return { name: row.name, actions: row.actions, builtIn: row.built_in === 1, createdAt: row.created_at, version: row.version };
}

function toMember(row: MemberRow): Member {
  const { id, role, pattern, version } = row;
  return {
    id,
    subject: { kind: row.kind, name: row.subject },
    role,
    pattern,
    createdAt: row.created_at,
    createdBy: row.created_by,
    version,
  };
}

function toGroup({ name, created_at: createdAt, provider, external_name: externalName }: GroupRow): Group {
  return { name, createdAt, source: provider === null || externalName === null ? undefined : { provider, externalName } };
}
