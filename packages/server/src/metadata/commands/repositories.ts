import type { RepositoryName } from '@longshore/oci';
import type { Actor, Millis, Repository } from '../../registry/ports/content-store.ts';
import type { SqlSession } from '../sql-session.ts';

/** A repository with the ids that other rows refer to. */
export interface RepositoryRow {
  readonly id: number;
  readonly project_id: number;
  readonly name: RepositoryName;
  readonly store_id: number;
  readonly store: string;
}

const selectRepository = `
  select r.id, r.project_id, r.name, p.store_id, s.name as store
  from repositories r join projects p on p.id = r.project_id join stores s on s.id = p.store_id`;

/** The repository of that name. */
export function repositoryByName(sql: SqlSession, name: RepositoryName): Promise<RepositoryRow | undefined> {
  return sql.get<RepositoryRow>(`${selectRepository} where r.name = ?`, [name]);
}

/** The repository of that id, which another row refers to. */
export async function repositoryById(sql: SqlSession, id: number): Promise<RepositoryRow> {
  const row = await sql.get<RepositoryRow>(`${selectRepository} where r.id = ?`, [id]);
  if (row === undefined) throw new Error(`There is no repository with the id ${id}`);
  return row;
}

/** The repository of that name, created when it is new, together with its project. */
export async function ensureRepository(sql: SqlSession, name: RepositoryName, actor: Actor, at: Millis): Promise<RepositoryRow> {
  const existing = await repositoryByName(sql, name);
  if (existing !== undefined) return existing;
  const projectId = await ensureProject(sql, projectOf(name), actor, at);
  await sql.run('insert into repositories (project_id, name, created_at) values (?, ?, ?) on conflict (name) do nothing', [
    projectId,
    name,
    at,
  ]);
  const created = await repositoryByName(sql, name);
  if (created === undefined) throw new Error(`The repository ${name} vanished while it was created`);
  return created;
}

/** The row as the core knows it. */
export function toRepository(row: RepositoryRow): Repository {
  return { id: row.id, projectId: row.project_id, name: row.name, store: row.store };
}

/** The project that a repository belongs to: the first component of its name. */
function projectOf(name: RepositoryName): string {
  const slash = name.indexOf('/');
  return slash === -1 ? name : name.slice(0, slash);
}

async function ensureProject(sql: SqlSession, name: string, actor: Actor, at: Millis): Promise<number> {
  const select = 'select id from projects where name = ?';
  const existing = await sql.get<{ id: number }>(select, [name]);
  if (existing !== undefined) return existing.id;
  const created = await sql.get<{ id: number }>(
    `insert into projects (name, store_id, created_at, created_by) select ?, s.id, ?, ? from stores s where s.name = 'default'
     on conflict (name) do nothing returning id`,
    [name, at, actor],
  );
  if (created === undefined) {
    const winner = await sql.get<{ id: number }>(select, [name]);
    if (winner === undefined) throw new Error(`The project ${name} vanished while it was created`);
    return winner.id;
  }
  await grantToFounder(sql, created.id, actor, at);
  return created.id;
}

/** Whoever creates a project by the first push maintains it; only users can (`user:<id>:<name>`). */
async function grantToFounder(sql: SqlSession, projectId: number, actor: Actor, at: Millis): Promise<void> {
  const userId = /^user:(\d+):/.exec(actor)?.[1];
  if (userId === undefined) return;
  await sql.run(
    `insert into grants (user_id, project_id, role, granted_at) select u.id, ?, 'maintainer', ? from users u where u.id = ?
     on conflict (user_id, project_id) do nothing`,
    [projectId, at, Number(userId)],
  );
}
