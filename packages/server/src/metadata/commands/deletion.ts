import type { RepositoryName } from '@longshore/oci';
import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { TagRefusal } from '../../registry/ports/tag-refusal.ts';
import type { DeletionOutcome, Losses, Remains } from '../../registry/ports/tenant-store.ts';
import { projectOf } from '../../registry/project-name.ts';
import { lossesOfRepository } from '../repository-losses.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import { recordChange } from './changes.ts';
import { requireSame } from './decided-project.ts';
import { enqueueJob } from './jobs.ts';
import { requireNoKeptTag } from './tag-rules.ts';
import { silenceWebhooks } from './webhooks.ts';

/** The job that removes what deletions leave. */
const removal = 'remove-deleted';
/** No name that anybody can ask for begins so, and none sorts before it. */
const tombstone = '!';

/**
 * `TenantStore.deleteTenant`. Locks the project, then its repositories, as pushes do: one that is under way ends before, and one that comes later
 * finds neither.
 */
export async function deleteTenant(
  sql: SqlTransaction,
  input: { name: string; version: number | undefined; force: boolean; by: Agent; at: Millis },
): Promise<DeletionOutcome> {
  const { name, version, force, by, at } = input;
  const project = await sql.get<{ id: number; version: number }>(
    `select id, version from projects where name = ? and deleted_at is null ${locking(sql, 'for update')}`,
    [name],
  );
  if (project === undefined) return { outcome: 'absent' };
  requireSame(by, project.id);
  if (version !== undefined && version !== project.version) return { outcome: 'stale' };
  const lost = await lossesOfProject(sql, project.id);
  if (!force && lost.sizeBytes + lost.tags > 0) return { outcome: 'has-content', lost };
  await sql.run(`update repositories set name = '${tombstone}' || id, deleted_at = ? where project_id = ? and deleted_at is null`, [
    at,
    project.id,
  ]);
  await sql.run(
    `update projects set name = '${tombstone}' || id, deleted_at = ?, visibility = 'private', promotes_to = null, environment = null,
       expire_after_hours = null, version = version + 1 where id = ?`,
    [at, project.id],
  );
  await sql.run('update projects set promotes_to = null where promotes_to = ?', [project.id]);
  await sql.run('delete from role_bindings where project_id = ?', [project.id]);
  await silenceWebhooks(sql, project.id);
  await recordChange(sql, { type: 'project.deleted', at, by, data: { project: name, ...lost } });
  await leaveRemains(sql, { projectId: project.id }, by, at);
  return { outcome: 'deleted', lost };
}

/** `TenantStore.deleteRepository`. Withdraws the command when a rule keeps one of its tags: the lock of the project lets no rule come meanwhile. */
export async function deleteRepository(
  sql: SqlTransaction,
  input: { repository: RepositoryName; by: Agent; at: Millis },
): Promise<DeletionOutcome | TagRefusal> {
  const { repository: name, by, at } = input;
  const project = await sql.get<{ id: number; tag_rules: number }>(
    `select id, tag_rules from projects where name = ? ${locking(sql, 'for key share')}`,
    [projectOf(name)],
  );
  const repository = await sql.get<{ id: number }>(`select id from repositories where name = ? ${locking(sql, 'for update')}`, [name]);
  if (project === undefined || repository === undefined) return { outcome: 'absent' };
  requireSame(by, project.id);
  await requireNoKeptTag(sql, { ...repository, name, project_id: project.id, tag_rules: project.tag_rules }, by);
  const lost = await lossesOfRepository(sql, repository.id);
  await sql.run(`update repositories set name = '${tombstone}' || id, deleted_at = ? where id = ?`, [at, repository.id]);
  await recordChange(sql, { type: 'repository.deleted', at, by, repository: name, data: { ...lost } });
  await leaveRemains(sql, { repositoryId: repository.id }, by, at);
  return { outcome: 'deleted', lost };
}

async function leaveRemains(sql: SqlTransaction, remains: Remains, by: Agent, at: Millis): Promise<void> {
  await enqueueJob(sql, { name: removal, input: remains, requestedBy: by.actor, at });
}

async function lossesOfProject(sql: SqlSession, projectId: number): Promise<Losses> {
  const counted = await sql.get<{ repositories: number }>(
    'select count(*) as repositories from repositories where project_id = ? and deleted_at is null',
    [projectId],
  );
  const usage = await sql.get<{ bytes: number; tags: number }>('select bytes, tags from usage where project_id = ?', [projectId]);
  return { repositories: counted?.repositories ?? 0, tags: usage?.tags ?? 0, sizeBytes: usage?.bytes ?? 0 };
}
