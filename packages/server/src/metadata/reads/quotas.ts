import type { Day } from '../../registry/ports/pull-store.ts';
import type { ListedQuota, ProjectQuota, QuotaOrder, QuotaPage } from '../../registry/ports/quota-store.ts';
import type { SqlSession, SqlValue } from '../sql-session.ts';
import { beforeNames } from '../visibility-condition.ts';

interface QuotaRow {
  readonly name: string;
  readonly version: number | null;
  readonly bytes: number | null;
  readonly tags: number | null;
  readonly limit_bytes: number | null;
  readonly limit_tags: number | null;
  readonly limit_pull_bytes: number | null;
  readonly pulled: number | null;
}

const columns = 'p.name, u.version, u.bytes, u.tags, u.limit_bytes, u.limit_tags, u.limit_pull_bytes, pp.bytes as pulled';
const pulls = 'left join project_pulls pp on pp.project_id = p.id and pp.day = ?';
const byProject = `from projects p left join usage u on u.project_id = p.id ${pulls}`;
const byUsage = `from usage u join projects p on p.id = u.project_id ${pulls}`;

/** By what is ordered. A limit of nothing is full. */
const columnOf: Readonly<Record<QuotaOrder, string>> = {
  project: '0',
  '-usedBytes': 'u.bytes',
  '-share': `case when u.limit_bytes is null then 0 when u.limit_bytes = 0 then 1
    else cast(u.bytes as double precision) / cast(u.limit_bytes as double precision) end`,
};

/** `QuotaStore.findQuota`. */
export async function findQuota(sql: SqlSession, project: string, today: Day): Promise<ProjectQuota | undefined> {
  const row = await sql.get<QuotaRow>(`select ${columns} ${byProject} where p.name = ?`, [today, project]);
  return row && toQuota(row);
}

/**
 * `QuotaStore.listQuotas`. Lists by figures go through the accounts, one small row for each project: an index on what every push changes
 * would cost each of them more than administrators look at it.
 */
export async function listQuotas(
  sql: SqlSession,
  { order, least }: { order: QuotaOrder; least?: number | undefined },
  { limit, after }: QuotaPage,
  today: Day,
): Promise<ListedQuota[]> {
  const params: SqlValue[] = [today];
  const conditions: string[] = ['p.deleted_at is null'];
  if (least !== undefined) {
    conditions.push('(u.bytes * 100 >= u.limit_bytes * ? or u.tags * 100 >= u.limit_tags * ?)');
    params.push(least, least);
  }
  const column = columnOf[order];
  const isByName = order === 'project';
  if (isByName) {
    conditions.push('p.name > ?');
    params.push(after?.project ?? beforeNames);
  } else if (after !== undefined) {
    conditions.push(`(${column} < ? or ${column} = ? and p.name > ?)`);
    params.push(after.orderedBy, after.orderedBy, after.project);
  }
  const sorting = isByName ? 'p.name' : `${column} desc, p.name`;
  const rows = await sql.all<QuotaRow & { ordered_by: number }>(
    `select ${columns}, ${column} as ordered_by ${isByName ? byProject : byUsage} where ${conditions.join(' and ')} order by ${sorting} limit ?`,
    [...params, limit],
  );
  return rows.map((row) => ({ ...toQuota(row), orderedBy: row.ordered_by }));
}

function toQuota(row: QuotaRow): ProjectQuota {
  return {
    project: row.name,
    version: row.version ?? 1,
    limits: { bytes: row.limit_bytes, tags: row.limit_tags, pullBytesPerDay: row.limit_pull_bytes },
    usedBytes: row.bytes ?? 0,
    usedTags: row.tags ?? 0,
    pulledBytes: row.pulled ?? 0,
  };
}
