import { type EndedGarbageRun, keptGarbageRuns } from '../../registry/ports/garbage-run-store.ts';
import type { SqlSession } from '../sql-session.ts';

/** Characters of a failure that stay. */
const longestFailure = 500;

/** `GarbageRunStore.recordGarbageRun`. */
export async function recordGarbageRun(sql: SqlSession, { startedAt, finishedAt, by, report, failure }: EndedGarbageRun): Promise<void> {
  const row = await sql.get<{ id: number }>(
    'insert into garbage_runs (started_at, finished_at, requested_by, report, failure) values (?, ?, ?, ?, ?) returning id',
    [startedAt, finishedAt, by, JSON.stringify(report), failure?.slice(0, longestFailure) ?? null],
  );
  if (row !== undefined) await sql.run('delete from garbage_runs where id <= ?', [row.id - keptGarbageRuns]);
}
