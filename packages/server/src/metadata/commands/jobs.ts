import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { ClaimedJob, JobClaim, JobEnding, JobLine, JobReport } from '../../registry/ports/job-store.ts';
import { padded, placeholders } from '../sql-lists.ts';
import { locking, type SqlSession, type SqlTransaction } from '../sql-session.ts';
import { recordAudit } from './audit.ts';
import { requireSame } from './decided-project.ts';
import { storeClock } from './leases.ts';

/** Lines of a log that stay, and characters of each: a job that repeats itself fills no database. */
const mostLines = 100;
const longestLine = 500;

/** `JobStore.enqueueJob`. */
export async function enqueueJob(
  sql: SqlTransaction,
  input: {
    name: string;
    input: unknown;
    projectId?: number | undefined;
    requestedBy: string;
    by?: Agent;
    dedupeKey?: string | undefined;
    at: Millis;
  },
): Promise<{ id: number; created: boolean }> {
  const { name, projectId = null, requestedBy, dedupeKey = null, at } = input;
  if (input.by !== undefined && projectId !== null) requireSame(input.by, projectId);
  for (;;) {
    const created = await sql.get<{ id: number }>(
      `insert into jobs (name, input, state, available_at, created_at, project_id, requested_by, dedupe_key)
       values (?, ?, 'queued', ${storeClock[sql.dialect]}, ?, ?, ?, ?)
       on conflict (dedupe_key) where dedupe_key is not null do nothing returning id`,
      [name, JSON.stringify(input.input), at, projectId, requestedBy, dedupeKey],
    );
    if (created !== undefined) {
      await record(sql, input, 'job.requested', { id: created.id, name, project_id: projectId });
      return { id: created.id, created: true };
    }
    const existing = await sql.get<{ id: number }>('select id from jobs where dedupe_key = ?', [dedupeKey]);
    if (existing !== undefined) return { id: existing.id, created: false };
  }
}

/** `JobStore.claimJob`. A claim that ran out is taken like a job that waits. */
export async function claimJob(
  sql: SqlSession,
  input: { names: readonly string[]; claimant: string; leaseMs: number },
): Promise<ClaimedJob | undefined> {
  const now = storeClock[sql.dialect];
  const names = padded(input.names);
  const available = (state: 'queued' | 'running') =>
    sql.get<{ id: number; name: string; input: string; attempts: number }>(
      `update jobs set state = 'running', claimant = ?, available_at = ${now} + ?, attempts = attempts + 1
       where id = (select id from jobs where state = '${state}' and available_at <= ${now} and name in (${placeholders(names.length)})
                   order by available_at limit 1 ${locking(sql, 'for update skip locked')})
       returning id, name, input, attempts`,
      [input.claimant, input.leaseMs, ...names],
    );
  const row = (await available('running')) ?? (await available('queued'));
  return row && { id: row.id, name: row.name, input: JSON.parse(row.input) as unknown, attempts: row.attempts };
}

/** `JobStore.renewJob`. */
export async function renewJob(
  sql: SqlSession,
  input: JobClaim & { leaseMs: number; at: Millis; report: JobReport },
): Promise<'held' | 'cancelled' | 'lost'> {
  const row = await lockClaimed(sql, input);
  if (row === undefined) return 'lost';
  await sql.run(`update jobs set available_at = ${storeClock[sql.dialect]} + ?, progress = ?, log = ? where id = ?`, [
    input.leaseMs,
    ...told(row, input),
    input.id,
  ]);
  return row.cancel_requested === 1 ? 'cancelled' : 'held';
}

/** `JobStore.finishJob`. */
export async function finishJob(sql: SqlSession, input: JobClaim & { ending: JobEnding; at: Millis; report: JobReport }): Promise<boolean> {
  const { ending, id, at } = input;
  const row = await lockClaimed(sql, input);
  if (row === undefined) return false;
  const failure = 'failure' in ending ? ending.failure.slice(0, longestLine) : null;
  const wantsAgain = ending.outcome === 'retry' || ending.outcome === 'postponed';
  const isAgain = wantsAgain && row.cancel_requested === 0;
  const state = isAgain ? 'queued' : wantsAgain ? 'cancelled' : ending.outcome;
  // Whoever lost an earlier claim cannot take a later one for his own: a job in the queue again is claimed under the same number at least.
  const untried = Number(isAgain && ending.outcome === 'postponed');
  await sql.run(
    `update jobs set state = ?, claimant = null, available_at = ${storeClock[sql.dialect]} + ?, finished_at = ?, failure = ?,
       attempts = attempts - ?, dedupe_key = (case when ? = 1 then dedupe_key else null end), progress = ?, log = ? where id = ?`,
    [state, isAgain ? ending.delayMs : 0, isAgain ? null : at, failure, untried, Number(isAgain), ...told(row, input), id],
  );
  return true;
}

/** `JobStore.cancelJob`. */
export async function cancelJob(
  sql: SqlTransaction,
  input: { id: number; by?: Agent; at: Millis },
): Promise<'cancelled' | 'cancelling' | 'ended' | 'absent'> {
  const { id, at } = input;
  const row = await lockJob(sql, id);
  if (row === undefined) return 'absent';
  if (row.state === 'running') {
    await sql.run('update jobs set cancel_requested = 1 where id = ?', [id]);
    await record(sql, input, 'job.cancelled', row);
    return 'cancelling';
  }
  if (row.state !== 'queued') return 'ended';
  await sql.run(
    `update jobs set state = 'cancelled', finished_at = ?, available_at = ${storeClock[sql.dialect]}, dedupe_key = null where id = ?`,
    [at, id],
  );
  await record(sql, input, 'job.cancelled', row);
  return 'cancelled';
}

/** `JobStore.retryJob`. */
export async function retryJob(
  sql: SqlTransaction,
  input: { id: number; by?: Agent; at?: Millis },
): Promise<'queued' | 'not-ended' | 'absent'> {
  const { id } = input;
  const row = await lockJob(sql, id);
  if (row === undefined) return 'absent';
  if (row.state !== 'failed' && row.state !== 'cancelled') return 'not-ended';
  await sql.run(
    `update jobs set state = 'queued', attempts = 0, cancel_requested = 0, finished_at = null, failure = null,
       available_at = ${storeClock[sql.dialect]} where id = ?`,
    [id],
  );
  await record(sql, input, 'job.retried', row);
  return 'queued';
}

interface JobRow {
  readonly id: number;
  readonly name: string;
  readonly project_id: number | null;
}

function lockJob(sql: SqlSession, id: number): Promise<(JobRow & { state: string }) | undefined> {
  return sql.get(`select id, name, project_id, state from jobs where id = ? ${locking(sql, 'for update')}`, [id]);
}

async function record(
  sql: SqlTransaction,
  { by, at }: { by?: Agent; at?: Millis },
  action: string,
  { id, name, project_id: projectId }: JobRow,
): Promise<void> {
  if (by === undefined || at === undefined) return;
  const resource = { kind: 'job', name: String(id) };
  await recordAudit(sql, by, { at, action, resource, projectId: projectId ?? undefined, detail: { job: name } });
}

/** `JobStore.forgetJobs`. */
export async function forgetJobs(sql: SqlSession, { before }: { before: Millis }): Promise<number> {
  let forgotten = 0;
  for (const state of ['done', 'failed', 'cancelled']) {
    forgotten += await sql.run(
      `delete from jobs where id in (select id from jobs where state = ? and available_at < ? order by available_at limit 500
                                     ${locking(sql, 'for update skip locked')})`,
      [state, before],
    );
  }
  return forgotten;
}

interface ClaimedRow {
  readonly cancel_requested: number;
  readonly progress: string | null;
  readonly log: string;
}

function lockClaimed(sql: SqlSession, { id, attempts }: JobClaim): Promise<ClaimedRow | undefined> {
  return sql.get<ClaimedRow>(
    `select cancel_requested, progress, log from jobs where id = ? and attempts = ? and state = 'running' ${locking(sql, 'for update')}`,
    [id, attempts],
  );
}

/** Progress and log with what the job tells now. */
function told(row: ClaimedRow, { at, report }: { at: Millis; report: JobReport }): [string | null, string] {
  const progress = report.progress === undefined ? row.progress : JSON.stringify(report.progress);
  if (report.lines === undefined || report.lines.length === 0) return [progress, row.log];
  const lines = [...(JSON.parse(row.log) as JobLine[]), ...report.lines.map((text) => ({ at, text: text.slice(0, longestLine) }))];
  return [progress, JSON.stringify(lines.slice(-mostLines))];
}
