import type { Job, JobLine, JobState } from '../../registry/ports/job-store.ts';
import type { SqlSession } from '../sql-session.ts';

interface JobRow {
  readonly id: number;
  readonly name: string;
  readonly input: string;
  readonly state: JobState;
  readonly project: string | null;
  readonly requested_by: string | null;
  readonly attempts: number;
  readonly created_at: number;
  readonly available_at: number;
  readonly finished_at: number | null;
  readonly cancel_requested: number;
  readonly progress: string | null;
  readonly log: string;
  readonly failure: string | null;
}

const selectJobs = `select j.id, j.name, j.input, j.state, p.name as project, j.requested_by, j.attempts, j.created_at, j.available_at,
    j.finished_at, j.cancel_requested, j.progress, j.log, j.failure
  from jobs j left join projects p on p.id = j.project_id`;

/** `JobStore.findJob`. */
export async function findJob(sql: SqlSession, id: number): Promise<Job | undefined> {
  const row = await sql.get<JobRow>(`${selectJobs} where j.id = ?`, [id]);
  return row && toJob(row);
}

/** `JobStore.listJobs`. */
export async function listJobs(
  sql: SqlSession,
  { projectId }: { projectId?: number | undefined },
  { limit, before = Number.MAX_SAFE_INTEGER }: { limit: number; before?: number | undefined },
): Promise<Job[]> {
  const rows =
    projectId === undefined
      ? await sql.all<JobRow>(`${selectJobs} where j.id < ? order by j.id desc limit ?`, [before, limit])
      : await sql.all<JobRow>(`${selectJobs} where j.project_id = ? and j.id < ? order by j.id desc limit ?`, [projectId, before, limit]);
  return rows.map(toJob);
}

function toJob(row: JobRow): Job {
  return {
    id: row.id,
    name: row.name,
    input: JSON.parse(row.input) as unknown,
    state: row.state,
    project: row.project ?? undefined,
    requestedBy: row.requested_by ?? undefined,
    attempts: row.attempts,
    createdAt: row.created_at,
    availableAt: row.available_at,
    finishedAt: row.finished_at ?? undefined,
    isCancelRequested: row.cancel_requested === 1,
    progress: row.progress === null ? undefined : (JSON.parse(row.progress) as unknown),
    log: JSON.parse(row.log) as JobLine[],
    failure: row.failure ?? undefined,
  };
}
