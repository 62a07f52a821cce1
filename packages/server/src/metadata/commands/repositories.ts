import type { RepositoryName } from '@longshore/oci';
import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis, Repository } from '../../registry/ports/content-store.ts';
import { projectOf } from '../../registry/project-name.ts';
import { searchWords } from '../search-words.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import { deletedMeanwhile, requireDecided } from './decided-project.ts';
import { ensureProject } from './projects.ts';

/** A repository with the ids that other rows refer to. */
export interface RepositoryRow {
  readonly id: number;
  readonly project_id: number;
  readonly name: RepositoryName;
  readonly store_id: number;
  readonly store: string;
  /** Where the project's content still is, while it moves. */
  readonly previous_store_id: number | null;
  /** 1 while the project warns of a limit. */
  readonly is_near_quota: number | null;
  /** How many rules its project has. */
  readonly tag_rules: number;
}

// No join of stores: when PostgreSQL has waited for a lock it looks at the locked row again, but at no other row of a join.
const columns = `
  r.id, r.project_id, r.name, p.tag_rules, p.store_id, (select s.name from stores s where s.id = p.store_id) as store, p.previous_store_id,
  (select 1 from usage u where u.project_id = p.id and u.warned_bytes + u.warned_tags > 0) as is_near_quota`;
const selectRepository = `select ${columns} from repositories r join projects p on p.id = r.project_id`;

/** The repository of that name. */
export function repositoryByName(sql: SqlSession, name: RepositoryName): Promise<RepositoryRow | undefined> {
  return sql.get<RepositoryRow>(`${selectRepository} where r.name = ?`, [name]);
}

/**
 * The repository of that name, for whoever changes what is in it: its project gets no further rules, cannot begin to move, and neither
 * can be deleted before the transaction ends.
 */
export function lockedRepository(
  sql: SqlSession,
  name: RepositoryName,
): Promise<(RepositoryRow & { readonly project_creator: string }) | undefined> {
  return sql.get(
    `select ${columns}, p.created_by as project_creator from repositories r join projects p on p.id = r.project_id
     where r.name = ? ${locking(sql, 'for key share of p, r')}`,
    [name],
  );
}

/** As `lockedRepository`, by id; undefined when it was deleted. */
export function lockedRepositoryById(sql: SqlSession, id: number): Promise<RepositoryRow | undefined> {
  return sql.get(`${selectRepository} where r.id = ? and r.deleted_at is null ${locking(sql, 'for key share of p, r')}`, [id]);
}

/** The repository that an upload is for, unless the upload has ended or has another epoch. Its project cannot begin to move before the transaction ends. */
export function repositoryOfUpload(
  sql: SqlSession,
  { uploadId, epoch }: { uploadId: string; epoch: number },
): Promise<(RepositoryRow & { readonly upload_store_id: number | null }) | undefined> {
  return sql.get(
    `select u.store_id as upload_store_id, ${columns}
     from uploads u join repositories r on r.id = u.repository_id join projects p on p.id = r.project_id
     where u.id = ? and u.epoch = ? and r.deleted_at is null ${locking(sql, 'for key share of p, r')}`,
    [uploadId, epoch],
  );
}

/** The repository of that name as `lockedRepository` has it, created when it is new, together with its project, which then lives on `store`. */
export async function ensureRepository(
  sql: SqlTransaction,
  { repository: name, store, by, at }: { repository: RepositoryName; store?: string | undefined; by: Agent; at: Millis },
): Promise<RepositoryRow> {
  const existing = await lockedRepository(sql, name);
  if (existing !== undefined) {
    requireDecided(by, existing.project_id, existing.project_creator);
    return existing;
  }
  const projectId = await ensureProject(sql, { project: projectOf(name), store: store ?? 'default', by, at });
  const added = await sql.run('insert into repositories (project_id, name, created_at) values (?, ?, ?) on conflict (name) do nothing', [
    projectId,
    name,
    at,
  ]);
  const created = await lockedRepository(sql, name);
  if (created === undefined) throw deletedMeanwhile();
  if (added > 0) await recordWords(sql, created);
  return created;
}

/** What the search finds the repository by. */
async function recordWords(sql: SqlSession, { id, project_id: projectId, name }: RepositoryRow): Promise<void> {
  const words = searchWords(name);
  await sql.run(
    `insert into repository_words (word, position, repository_id, project_id) values ${words.map(() => '(?, ?, ?, ?)').join(', ')}`,
    words.flatMap(({ word, position }) => [word, position, id, projectId]),
  );
}

/** The row as the core knows it. */
export function toRepository(row: RepositoryRow): Repository {
  return { id: row.id, projectId: row.project_id, name: row.name, store: row.store };
}

/** What the answer to a change says of the project's limits. */
export function nearQuota({ is_near_quota }: RepositoryRow): { isNearQuota?: true } {
  return is_near_quota === null ? {} : { isNearQuota: true };
}

/** The stores on which content of the repository may be: one, or two while its project moves. */
export function storesOf(repository: RepositoryRow): [number, number] {
  return [repository.store_id, repository.previous_store_id ?? repository.store_id];
}
