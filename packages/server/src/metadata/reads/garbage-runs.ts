import type { GarbageRunEntry } from '../../registry/ports/garbage-run-store.ts';
import type { GarbageReport } from '../../registry/ports/garbage-store.ts';
import type { SqlSession } from '../sql-session.ts';

interface Row {
  readonly id: number;
  readonly started_at: number;
  readonly finished_at: number;
  readonly requested_by: string;
  readonly report: string;
  readonly failure: string | null;
}

/** `GarbageRunStore.listGarbageRuns`. */
export async function listGarbageRuns(
  sql: SqlSession,
  { limit, before = Number.MAX_SAFE_INTEGER }: { limit: number; before?: number | undefined },
): Promise<GarbageRunEntry[]> {
  const rows = await sql.all<Row>(
    'select id, started_at, finished_at, requested_by, report, failure from garbage_runs where id < ? order by id desc limit ?',
    [before, limit],
  );
  return rows.map((row) => ({
    id: row.id,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    by: row.requested_by,
    report: JSON.parse(row.report) as GarbageReport,
    failure: row.failure ?? undefined,
  }));
}
