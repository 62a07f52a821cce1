import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { RetentionCounts, RetentionKind, RetentionOutcome, RetentionTerms } from '../../registry/ports/retention-store.ts';
import { locking, type SqlSession, type SqlTransaction } from '../sql-session.ts';
import { recordProjectAudit } from './audit.ts';
import { recordChange } from './changes.ts';
import { requireSame } from './decided-project.ts';

/** `RetentionStore.setRetentionPolicy`. */
export async function setRetentionPolicy(
  sql: SqlTransaction,
  input: { project: string; version: number; terms: RetentionTerms; nextRunAt: Millis | undefined; by: Agent; at: Millis },
): Promise<'set' | 'stale' | 'unknown-project'> {
  const { terms, nextRunAt = null, by, at } = input;
  const project = await lockProject(sql, input);
  if (project === undefined) return 'unknown-project';
  if ((project.policy ?? 0) !== input.version) return 'stale';
  await sql.run(
    `insert into retention_policies
       (project_id, rules, untagged_days, allow_empty, schedule, next_run_at, version, updated_at, updated_by)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (project_id) do update set rules = excluded.rules, untagged_days = excluded.untagged_days,
       allow_empty = excluded.allow_empty, schedule = excluded.schedule, next_run_at = excluded.next_run_at,
       version = excluded.version, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
    [
      project.id,
      JSON.stringify(terms.rules),
      terms.untaggedDays ?? null,
      Number(terms.allowEmpty),
      terms.schedule,
      nextRunAt,
      input.version + 1,
      at,
      by.actor,
    ],
  );
  await recordProjectAudit(sql, 'retention-policy.set', project.id, input, { rules: terms.rules.length, schedule: terms.schedule });
  return 'set';
}

/** `RetentionStore.deleteRetentionPolicy`. */
export async function deleteRetentionPolicy(
  sql: SqlTransaction,
  input: { project: string; version: number; by: Agent; at: Millis },
): Promise<'deleted' | 'stale' | 'absent'> {
  const project = await lockProject(sql, input);
  if (project === undefined || project.policy === null) return 'absent';
  if (project.policy !== input.version) return 'stale';
  await sql.run('delete from retention_policies where project_id = ?', [project.id]);
  await recordProjectAudit(sql, 'retention-policy.deleted', project.id, input, {});
  return 'deleted';
}

/** `RetentionStore.postponePolicy`. */
export async function postponePolicy(sql: SqlSession, input: { projectId: number; from: Millis; to: Millis | undefined }): Promise<void> {
  await sql.run('update retention_policies set next_run_at = ? where project_id = ? and next_run_at = ?', [
    input.to ?? null,
    input.projectId,
    input.from,
  ]);
}

/** Runs of a project that are remembered. */
const rememberedRuns = 1000;

/** `RetentionStore.beginRetentionRun`. */
export async function beginRetentionRun(
  sql: SqlSession,
  input: { projectId: number; kind: RetentionKind; requestedBy: string; at: Millis },
): Promise<number> {
  // Whoever begins one has the lease, so no other is under way.
  await sql.run(
    `update retention_runs set finished_at = ?, outcome = 'failed', message = 'Its process died; what it had removed stays removed.'
     where project_id = ? and finished_at is null`,
    [input.at, input.projectId],
  );
  await sql.run(
    `delete from retention_runs where project_id = ? and id <=
       (select id from retention_runs where project_id = ? order by id desc limit 1 offset ${rememberedRuns - 1})`,
    [input.projectId, input.projectId],
  );
  const row = await sql.get<{ id: number }>(
    'insert into retention_runs (project_id, kind, requested_by, started_at) values (?, ?, ?, ?) returning id',
    [input.projectId, input.kind, input.requestedBy, input.at],
  );
  if (row === undefined) throw new Error('The database did not return the id of a new retention run');
  return row.id;
}

/** `RetentionStore.finishRetentionRun`. */
export async function finishRetentionRun(
  sql: SqlTransaction,
  input: {
    id: number;
    project: string;
    kind: RetentionKind;
    counts: RetentionCounts;
    outcome: RetentionOutcome;
    message: string | undefined;
    by: Agent;
    at: Millis;
  },
): Promise<void> {
  const { id, project, kind, counts, outcome, message, by, at } = input;
  if (kind === 'expiry' && outcome === 'done' && counts.tagsRemoved + counts.manifestsRemoved === 0) {
    // Every ten minutes, for each temporary project.
    await sql.run('delete from retention_runs where id = ?', [id]);
    return;
  }
  await sql.run(
    `update retention_runs set finished_at = ?, outcome = ?, tags_kept = ?, tags_removed = ?, manifests_removed = ?, message = ?
     where id = ?`,
    [at, outcome, counts.tagsKept, counts.tagsRemoved, counts.manifestsRemoved, message ?? null, id],
  );
  const data = { project, run: id, kind, outcome, ...counts };
  await recordChange(sql, { type: 'retention.finished', at, by, data });
}

/** The lock keeps two changes of one policy in turn. `policy`: its version; null where there is none. */
async function lockProject(
  sql: SqlSession,
  { project: name, by }: { project: string; by: Agent },
): Promise<{ id: number; policy: number | null } | undefined> {
  const project = await sql.get<{ id: number }>(`select id from projects where name = ? ${locking(sql, 'for update')}`, [name]);
  if (project === undefined) return undefined;
  requireSame(by, project.id);
  const policy = await sql.get<{ version: number }>('select version from retention_policies where project_id = ?', [project.id]);
  return { id: project.id, policy: policy?.version ?? null };
}
