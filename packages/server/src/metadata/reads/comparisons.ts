import type { ComparedPair, Comparison, ComparisonPage, FileChange } from '../../registry/ports/comparison-store.ts';
import type { JobState } from '../../registry/ports/job-store.ts';
import { toColumn } from '../digest-column.ts';
import type { SqlSession } from '../sql-session.ts';

interface ComparisonRow {
  readonly id: number;
  readonly summary: string | null;
  readonly job_id: number | null;
  readonly state: JobState;
  readonly progress: string | null;
  readonly failure: string | null;
  readonly requested_by: string | null;
}

/** `ComparisonStore.findComparison`. */
export async function findComparison(sql: SqlSession, { from, to }: ComparedPair): Promise<Comparison | undefined> {
  const row = await sql.get<ComparisonRow>(
    `select c.id, c.summary, j.id as job_id, j.state, j.progress, j.failure, j.requested_by
     from comparisons c left join jobs j on j.id = c.job_id where c.from_digest = ? and c.to_digest = ?`,
    [toColumn(from), toColumn(to)],
  );
  if (row === undefined) return undefined;
  const { id, summary, state, progress, failure } = row;
  const job = {
    state,
    progress: progress === null ? undefined : (JSON.parse(progress) as unknown),
    failure: failure ?? undefined,
    requestedBy: row.requested_by ?? undefined,
  };
  return { id, summary: summary ?? undefined, job: row.job_id === null ? undefined : { id: row.job_id, ...job } };
}

/** `ComparisonStore.findComparisonPage`. */
export async function findComparisonPage(
  sql: SqlSession,
  id: number,
  change: FileChange,
  path: string,
): Promise<ComparisonPage | undefined> {
  const row = await sql.get<{ last_path: string; entries: Uint8Array }>(
    `select p.last_path, p.entries from comparisons c join comparison_pages p on p.comparison_id = c.id and p.turn = c.turn
     where c.id = ? and p.change = ? and p.last_path >= ? order by p.last_path limit 1`,
    [id, change, path],
  );
  return row && { change, lastPath: row.last_path, entries: row.entries };
}
