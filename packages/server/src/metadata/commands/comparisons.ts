import type { Agent } from '../../registry/ports/agent.ts';
import {
  type ComparedPair,
  type ComparisonPage,
  mostComparisonBytes,
  mostComparisons,
  type TooManyComparisons,
} from '../../registry/ports/comparison-store.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import { toColumn } from '../digest-column.ts';
import { locking, lockName, type SqlSession, type SqlTransaction } from '../sql-session.ts';
import { enqueueJob } from './jobs.ts';

/** Of one person at once: each holds a processor for up to a minute. */
const mostOfOne = 4;

interface Row {
  readonly id: number;
  readonly summary: string | null;
}

/** `ComparisonStore.startComparison`. */
export async function startComparison(
  sql: SqlTransaction,
  { from, to, jobInput, by, at }: ComparedPair & { jobInput: unknown; by: Agent; at: Millis },
): Promise<{ outcome: 'known' | 'queued'; id: number } | TooManyComparisons> {
  await lockName(sql, 'comparisons');
  const known = await findRow(sql, { from, to });
  if (known !== undefined) await sql.run('update comparisons set used_at = ? where id = ?', [at, known.id]);
  if (known !== undefined && known.summary !== null) return { outcome: 'known', id: known.id };
  const running = await sql.get<{ id: number }>(
    "select c.id from comparisons c join jobs j on j.id = c.job_id where c.id = ? and j.state in ('queued', 'running') and j.cancel_requested = 0",
    [known?.id ?? 0],
  );
  if (running !== undefined) return { outcome: 'queued', id: running.id };
  const own = await sql.get<{ count: number }>(
    `select count(*) as count from comparisons c join jobs j on j.id = c.job_id
     where c.summary is null and j.state in ('queued', 'running') and j.requested_by = ?`,
    [by.actor],
  );
  if ((own?.count ?? 0) >= mostOfOne) return { outcome: 'too-many', limit: mostOfOne };
  const { id: job } = await enqueueJob(sql, { name: 'comparison', input: jobInput, requestedBy: by.actor, by, at });
  await forgetOthers(sql, known?.id ?? 0);
  const row = await sql.get<{ id: number }>(
    `insert into comparisons (from_digest, to_digest, job_id, stored_bytes, used_at) values (?, ?, ?, 0, ?)
     on conflict (from_digest, to_digest) do update set job_id = excluded.job_id returning id`,
    [toColumn(from), toColumn(to), job, at],
  );
  return { outcome: 'queued', id: row?.id ?? 0 };
}

/** `ComparisonStore.addComparisonPages`. */
export async function addComparisonPages(
  sql: SqlSession,
  { turn, pages, ...pair }: ComparedPair & { turn: string; pages: readonly ComparisonPage[] },
): Promise<boolean> {
  const row = await findRow(sql, pair, 'for update');
  if (row === undefined || row.summary !== null) return false;
  let bytes = 0;
  for (const { change, lastPath, entries } of pages) {
    bytes += entries.byteLength;
    await sql.run('insert into comparison_pages (comparison_id, turn, change, last_path, entries) values (?, ?, ?, ?, ?)', [
      ...[row.id, turn, change, lastPath],
      entries,
    ]);
  }
  await sql.run('update comparisons set stored_bytes = stored_bytes + ? where id = ?', [bytes, row.id]);
  return true;
}

/** `ComparisonStore.finishComparison`. */
export async function finishComparison(
  sql: SqlSession,
  { turn, summary, at, ...pair }: ComparedPair & { turn: string; summary: string; at: Millis },
): Promise<boolean> {
  await lockName(sql, 'comparisons');
  const row = await findRow(sql, pair, 'for update');
  if (row === undefined || row.summary !== null) return false;
  // Of turns whose worker died.
  await sql.run('delete from comparison_pages where comparison_id = ? and turn <> ?', [row.id, turn]);
  const held = await sql.get<{ bytes: number | null }>(
    'select sum(length(entries)) as bytes from comparison_pages where comparison_id = ?',
    [row.id],
  );
  await sql.run('update comparisons set turn = ?, summary = ?, stored_bytes = ?, used_at = ? where id = ?', [
    ...[turn, summary, Number(held?.bytes ?? 0) + summary.length, at],
    row.id,
  ]);
  await forgetOthers(sql, row.id);
  return true;
}

async function forgetOthers(sql: SqlSession, kept: number): Promise<void> {
  await sql.run(
    `delete from comparisons where id in (
       select id from (select id, row_number() over (order by used_at desc, id desc) as place,
                              sum(stored_bytes) over (order by used_at desc, id desc) as held from comparisons) ranked
       where (place > ? or held > ?) and id <> ?)`,
    [mostComparisons, mostComparisonBytes, kept],
  );
}

function findRow(sql: SqlSession, { from, to }: ComparedPair, lock?: 'for update'): Promise<Row | undefined> {
  return sql.get<Row>(
    `select id, summary from comparisons where from_digest = ? and to_digest = ? ${lock === undefined ? '' : locking(sql, lock)}`,
    [toColumn(from), toColumn(to)],
  );
}
