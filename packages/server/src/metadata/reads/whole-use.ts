import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FailingWebhook, WholeUse } from '../../registry/ports/overview-store.ts';
import type { Day, DayOfPulls } from '../../registry/ports/pull-store.ts';
import type { SqlSession } from '../sql-session.ts';

/** Rows that one statement passes: on SQLite it holds up every request. */
const pieceRows = 500;
/** Failed jobs are counted so far. */
const mostCounted = 100;

/** `OverviewStore.countUse`. */
export async function countUse(sql: SqlSession, since: Day): Promise<WholeUse> {
  return { chargedBytes: await chargedBytes(sql), days: await daysOfAll(sql, since) };
}

async function chargedBytes(sql: SqlSession): Promise<number> {
  let total = 0;
  for (let after = 0; ; ) {
    const rows = await sql.all<{ project_id: number; bytes: number }>(
      'select project_id, bytes from usage where project_id > ? order by project_id limit ?',
      [after, pieceRows],
    );
    for (const { bytes } of rows) total += bytes;
    after = rows.at(-1)?.project_id ?? after;
    if (rows.length < pieceRows) return total;
    await nextTurn();
  }
}

async function daysOfAll(sql: SqlSession, since: Day): Promise<DayOfPulls[]> {
  const days = new Map<Day, { day: Day; bytes: number; pulls: number }>();
  for (let after = { project_id: 0, day: 0 }; ; ) {
    const rows = await sql.all<DayOfPulls & { project_id: number }>(
      'select project_id, day, bytes, pulls from project_pulls where (project_id, day) > (?, ?) order by project_id, day limit ?',
      [after.project_id, after.day, pieceRows],
    );
    for (const { day, bytes, pulls } of rows.filter((row) => row.day >= since)) {
      const sum = days.get(day) ?? { day, bytes: 0, pulls: 0 };
      days.set(day, { day, bytes: sum.bytes + bytes, pulls: sum.pulls + pulls });
    }
    after = rows.at(-1) ?? after;
    if (rows.length < pieceRows) return [...days.values()].sort((one, other) => one.day - other.day);
    await nextTurn();
  }
}

/** `OverviewStore.countFailedJobs`. */
export async function countFailedJobs(sql: SqlSession, since: number): Promise<number> {
  const row = await sql.get<{ jobs: number }>(
    `select count(*) as jobs from (select 1 from jobs where state = 'failed' and available_at >= ? limit ${mostCounted}) as piece`,
    [since],
  );
  return row?.jobs ?? 0;
}

interface WebhookRow {
  readonly id: number;
  readonly name: string;
  readonly project: string | null;
  readonly disabled_reason: string | null;
  readonly failing_since: number | null;
}

/** `OverviewStore.listFailingWebhooks`. */
export async function listFailingWebhooks(sql: SqlSession, before: number, limit: number): Promise<FailingWebhook[]> {
  const rows = await sql.all<WebhookRow>(
    `select w.id, w.name, p.name as project, w.disabled_reason, page.failing_since
     from (select * from (select webhook_id, failing_since from webhook_lanes where failing_since <= ? order by failing_since limit ?) as failing
           union all
           select * from (select id, cast(null as bigint) from webhooks where disabled_reason is not null order by id limit ?) as disabled) page
     join webhooks w on w.id = page.webhook_id left join projects p on p.id = w.project_id
     where page.failing_since is null or w.enabled = 1 order by w.id limit ?`,
    [before, limit, limit, limit],
  );
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    project: row.project ?? undefined,
    disabledReason: row.disabled_reason ?? undefined,
    failingSince: row.failing_since ?? undefined,
  }));
}
