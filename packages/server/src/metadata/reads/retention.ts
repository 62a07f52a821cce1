import type { Digest, RepositoryName, Tag } from '@longshore/oci';
import type { Millis } from '../../registry/ports/content-store.ts';
import type {
  NamedTargets,
  RetainedProject,
  RetainedRepository,
  RetentionKind,
  RetentionOutcome,
  RetentionPolicy,
  RetentionRun,
  TagFacts,
  TemporaryProject,
} from '../../registry/ports/retention-store.ts';
import type { RetentionRule } from '../../registry/retention-rule.ts';
import { fromColumn, toColumn } from '../digest-column.ts';
import { present } from '../garbage-conditions.ts';
import { chunks, padded, placeholders } from '../sql-lists.ts';
import type { SqlSession } from '../sql-session.ts';
import { selectTagFacts, type TagFactsRow, toTagFacts } from '../tag-facts-row.ts';

/** Rows that one statement examines; see `windowRows` of the garbage collection. */
const windowRows = 200;

/** `RetentionStore.findTargets`. */
export async function findTargets(sql: SqlSession, name: string): Promise<NamedTargets> {
  const rows = await sql.all<{ kind: 'store' | 'project' | 'repository'; id: number; name: string }>(
    `select 'store' as kind, s.id, s.name from stores s where s.name = ?
     union all select 'project', p.id, p.name from projects p where p.name = ? and p.deleted_at is null
     union all select 'repository', p.id, p.name from repositories r join projects p on p.id = r.project_id
       where r.name = ? and r.deleted_at is null and p.deleted_at is null`,
    [name, name, name],
  );
  const project = (kind: string) => {
    const row = rows.find((candidate) => candidate.kind === kind);
    return row && { projectId: row.id, project: row.name };
  };
  return { isStore: rows.some(({ kind }) => kind === 'store'), project: project('project'), repositoryOf: project('repository') };
}

/** `RetentionStore.listProjectsOnStore`. */
export async function listProjectsOnStore(
  sql: SqlSession,
  store: string,
  { limit, after = '' }: { limit: number; after: string | undefined },
): Promise<RetainedProject[]> {
  const rows = await sql.all<{ id: number; name: string }>(
    `select p.id, p.name from stores s join projects p on p.store_id = s.id
     where s.name = ? and p.name > ? and p.deleted_at is null order by p.name limit ?`,
    [store, after, limit],
  );
  return rows.map(({ id, name }) => ({ projectId: id, project: name }));
}

/** `RetentionStore.listTemporaryProjects`. */
export async function listTemporaryProjects(
  sql: SqlSession,
  { limit, after }: { limit: number; after: number },
): Promise<TemporaryProject[]> {
  const rows = await sql.all<{ id: number; name: string; expire_after_hours: number }>(
    `select p.id, p.name, p.expire_after_hours from projects p
     where p.expire_after_hours is not null and p.id > ? and p.deleted_at is null order by p.id limit ?`,
    [after, limit],
  );
  return rows.map((row) => ({ projectId: row.id, project: row.name, expireAfterHours: row.expire_after_hours }));
}

const temporary = 'from repositories r join projects p on p.id = r.project_id and p.expire_after_hours is not null';
const expiryByTag = `select t.updated_at, t.pushed_at, p.expire_after_hours ${temporary}
  join tags t on t.repository_id = r.id where r.name = ? and t.name = ?`;
const expiryByDigest = `select m.renewed_at as updated_at, null as pushed_at, p.expire_after_hours ${temporary}
  join manifests m on m.repository_id = r.id where r.name = ? and m.digest = ?`;

/** `RetentionStore.findExpiry`. */
export async function findExpiry(
  sql: SqlSession,
  repository: RepositoryName,
  reference: { tag: Tag } | { digest: Digest },
): Promise<{ pushedAt: Millis; expireAfterHours: number } | undefined> {
  const [text, value] = 'tag' in reference ? [expiryByTag, reference.tag] : [expiryByDigest, toColumn(reference.digest)];
  const row = await sql.get<{ updated_at: number; pushed_at: number | null; expire_after_hours: number }>(text, [repository, value]);
  return row && { pushedAt: Math.max(row.updated_at, row.pushed_at ?? 0), expireAfterHours: row.expire_after_hours };
}

/** `RetentionStore.listProjectRepositories`. */
export function listProjectRepositories(
  sql: SqlSession,
  projectId: number,
  { limit, after = '' }: { limit: number; after: string | undefined },
): Promise<RetainedRepository[]> {
  return sql.all<{ id: number; name: RepositoryName }>(
    'select r.id, r.name from repositories r where r.project_id = ? and r.name > ? and r.deleted_at is null order by r.name limit ?',
    [projectId, after, limit],
  );
}

/** `RetentionStore.listTagFacts`. */
export async function listTagFacts(
  sql: SqlSession,
  repositoryId: number,
  { limit, after = '' }: { limit: number; after: string | undefined },
): Promise<TagFacts[]> {
  const rows = await sql.all<TagFactsRow>(`${selectTagFacts} where t.repository_id = ? and t.name > ? order by t.name limit ?`, [
    repositoryId,
    after,
    limit,
  ]);
  return rows.map(toTagFacts);
}

/** `RetentionStore.findPresentManifests`. */
export async function findPresentManifests(sql: SqlSession, repositoryId: number, digests: readonly Digest[]): Promise<Set<Digest>> {
  const found = new Set<Digest>();
  for (const chunk of chunks(digests)) {
    const values = padded(chunk).map(toColumn);
    const rows = await sql.all<{ digest: Uint8Array }>(
      `select m.digest from manifests m where m.repository_id = ? and m.digest in (${placeholders(values.length)})`,
      [repositoryId, ...values],
    );
    for (const { digest } of rows) found.add(fromColumn(digest));
  }
  return found;
}

/** `RetentionStore.listReleasedManifests`. */
export async function listReleasedManifests(
  sql: SqlSession,
  repositoryId: number,
  { limit, after }: { limit: number; after: number },
): Promise<number[]> {
  const rows = await sql.all<{ manifest_id: number }>(
    'select manifest_id from released_manifests where repository_id = ? and manifest_id > ? order by manifest_id limit ?',
    [repositoryId, after, limit],
  );
  return rows.map((row) => row.manifest_id);
}

/** `RetentionStore.listLooseManifests`, in windows by digest. */
export async function listLooseManifests(
  sql: SqlSession,
  repositoryId: number,
  before: Millis,
  cursor: string | undefined,
): Promise<{ items: number[]; cursor: string | undefined }> {
  const condition = present.untagged(before, before);
  const rows = await sql.all<{ id: number; digest: Uint8Array; candidate: boolean | number }>(
    `select manifests.id, manifests.digest, (${condition.text}) as candidate from manifests
     where manifests.repository_id = ? and manifests.digest > ? order by manifests.digest limit ${windowRows}`,
    [...condition.params, repositoryId, cursor === undefined ? new Uint8Array() : Buffer.from(cursor, 'hex')],
  );
  const last = rows.length < windowRows ? undefined : rows.at(-1)?.digest;
  return {
    items: rows.filter(({ candidate }) => Boolean(candidate)).map(({ id }) => id),
    cursor: last === undefined ? undefined : Buffer.from(last).toString('hex'),
  };
}

/** `RetentionStore.findRetentionPolicy`. */
export async function findRetentionPolicy(sql: SqlSession, project: string): Promise<RetentionPolicy | undefined> {
  const row = await sql.get<{
    project_id: number;
    rules: string;
    untagged_days: number | null;
    allow_empty: number;
    schedule: string;
    next_run_at: number | null;
    version: number;
    updated_at: number;
    updated_by: string;
  }>(
    `select rp.project_id, rp.rules, rp.untagged_days, rp.allow_empty, rp.schedule, rp.next_run_at, rp.version, rp.updated_at, rp.updated_by
     from projects p join retention_policies rp on rp.project_id = p.id where p.name = ?`,
    [project],
  );
  return (
    row && {
      project,
      projectId: row.project_id,
      rules: JSON.parse(row.rules) as RetentionRule[],
      untaggedDays: row.untagged_days ?? undefined,
      allowEmpty: row.allow_empty === 1,
      schedule: row.schedule,
      nextRunAt: row.next_run_at ?? undefined,
      version: row.version,
      updatedAt: row.updated_at,
      updatedBy: row.updated_by,
    }
  );
}

/** `RetentionStore.listDuePolicies`. */
export async function listDuePolicies(
  sql: SqlSession,
  at: Millis,
): Promise<{ projectId: number; project: string; schedule: string; nextRunAt: Millis }[]> {
  const rows = await sql.all<{ project_id: number; name: string; schedule: string; next_run_at: number }>(
    `select rp.project_id, p.name, rp.schedule, rp.next_run_at from retention_policies rp join projects p on p.id = rp.project_id
     where rp.next_run_at is not null and rp.next_run_at <= ? and p.deleted_at is null order by rp.next_run_at, rp.project_id limit 100`,
    [at],
  );
  return rows.map((row) => ({ projectId: row.project_id, project: row.name, schedule: row.schedule, nextRunAt: row.next_run_at }));
}

/** `RetentionStore.listRetentionRuns`. */
export async function listRetentionRuns(
  sql: SqlSession,
  projectId: number,
  { limit, before = Number.MAX_SAFE_INTEGER }: { limit: number; before: number | undefined },
): Promise<RetentionRun[]> {
  const rows = await sql.all<{
    id: number;
    kind: RetentionKind;
    requested_by: string;
    started_at: number;
    finished_at: number | null;
    outcome: RetentionOutcome | null;
    tags_kept: number;
    tags_removed: number;
    manifests_removed: number;
    message: string | null;
  }>(
    `select id, kind, requested_by, started_at, finished_at, outcome, tags_kept, tags_removed, manifests_removed, message
     from retention_runs where project_id = ? and id < ? order by id desc limit ?`,
    [projectId, before, limit],
  );
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    requestedBy: row.requested_by,
    startedAt: row.started_at,
    finishedAt: row.finished_at ?? undefined,
    outcome: row.outcome ?? undefined,
    tagsKept: row.tags_kept,
    tagsRemoved: row.tags_removed,
    manifestsRemoved: row.manifests_removed,
    message: row.message ?? undefined,
  }));
}
