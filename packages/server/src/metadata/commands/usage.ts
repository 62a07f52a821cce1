import { systemAgent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { QuotaExceeded, QuotaKind } from '../../registry/ports/quota-excess.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking, Withdrawn } from '../sql-session.ts';
import type { BlobLink, UsageChanges } from '../usage-changes.ts';
import { recordChange } from './changes.ts';
import { quotaLevel } from './quota-level.ts';

/** The account of a project. */
export interface UsageRow {
  readonly project: string;
  readonly bytes: number;
  readonly tags: number;
  readonly limit_bytes: number | null;
  readonly limit_tags: number | null;
  readonly limit_pull_bytes: number | null;
  readonly warned_bytes: number;
  readonly warned_tags: number;
  readonly version: number;
}

/** What an account is to have. */
interface Settled {
  readonly row: UsageRow;
  readonly bytes: number;
  readonly tags: number;
  readonly limitBytes: number | null;
  readonly limitTags: number | null;
  readonly at: Millis;
}

/**
 * Books what the command has done to the accounts of projects, behind everything else it did. Each account is locked from here to the
 * commit; in the order of their ids, so that no two transactions wait for each other.
 */
export async function settleUsage(sql: SqlTransaction): Promise<void> {
  const { usage } = sql;
  if (usage.links.length === 0 && usage.bytes.size === 0 && usage.tags.size === 0) return;
  const links = [...usage.links].sort((left, right) => left.projectId - right.projectId || left.blobId - right.blobId);
  if (sql.isCareful) await settleCarefully(sql, usage, links);
  else await settleBehind(sql, usage, links);
}

/**
 * With the commit. As long as an account stays between its bounds there is nothing to look at; when it does not, the statement fails,
 * since the column must not be null, and the command is run again with care (`isUsageRefusal`). So a commit asks for nothing more, with
 * or without a limit, and a limit that was set a moment ago counts.
 */
async function settleBehind(sql: SqlTransaction, usage: UsageChanges, links: readonly BlobLink[]): Promise<void> {
  for (const { projectId, blobId } of links) await sql.runLast(linkInProject, [projectId, blobId]);
  for (const projectId of projectsOf(usage)) {
    for (const link of links) {
      if (link.projectId === projectId) await sql.runLast(chargeNew, [link.sizeBytes, projectId, link.blobId]);
    }
    const [bytes = 0, tags = 0] = [usage.bytes.get(projectId), usage.tags.get(projectId)];
    if (bytes !== 0 || tags !== 0) await sql.runLast(charge, [projectId, bytes, tags]);
  }
}

const linkInProject = `insert into project_blobs (project_id, blob_id, links) values (?, ?, 1)
  on conflict (project_id, blob_id) do update set links = project_blobs.links + 1`;

const within = (column: QuotaKind): string => `${column} = case
  when excluded.${column} > 0 and usage.${column} + excluded.${column} > usage.${column}_ceiling then null
  when excluded.${column} < 0 and usage.${column} + excluded.${column} < usage.${column}_floor then null
  else usage.${column} + excluded.${column} end`;

const chargeNew = `insert into usage (project_id, bytes) select project_id, ? from project_blobs
  where project_id = ? and blob_id = ? and links = 1 on conflict (project_id) do update set ${within('bytes')}`;

const charge = `insert into usage (project_id, bytes, tags) values (?, ?, ?)
  on conflict (project_id) do update set ${within('bytes')}, ${within('tags')}`;

function projectsOf({ links, bytes, tags }: UsageChanges): number[] {
  const ids = new Set([...links.map(({ projectId }) => projectId), ...bytes.keys(), ...tags.keys()]);
  return [...ids].sort((left, right) => left - right);
}

/** With a look at each account. Withdraws the command when a limit refuses it. */
async function settleCarefully(sql: SqlTransaction, usage: UsageChanges, links: readonly BlobLink[]): Promise<void> {
  const bytes = new Map(usage.bytes);
  for (const { projectId, blobId, sizeBytes } of links) {
    const row = await sql.get<{ links: number }>(`${linkInProject} returning links`, [projectId, blobId]);
    if (row?.links === 1) bytes.set(projectId, (bytes.get(projectId) ?? 0) + sizeBytes);
  }
  for (const projectId of projectsOf(usage)) {
    const change = { bytes: bytes.get(projectId) ?? 0, tags: usage.tags.get(projectId) ?? 0 };
    if (change.bytes === 0 && change.tags === 0) continue;
    const row = await lockUsage(sql, projectId);
    refuseAbove(row, 'bytes', change.bytes, row.limit_bytes);
    refuseAbove(row, 'tags', change.tags, row.limit_tags);
    await writeUsage(sql, projectId, {
      row,
      bytes: row.bytes + change.bytes,
      tags: row.tags + change.tags,
      limitBytes: row.limit_bytes,
      limitTags: row.limit_tags,
      at: usage.at,
    });
  }
}

/** Withdraws the command when an account cannot take that much more. */
export function refuseAbove(row: UsageRow, kind: QuotaKind, needed: number, limit: number | null): void {
  if (needed <= 0 || limit === null || row[kind] + needed <= limit) return;
  const excess = { project: row.project, kind, used: row[kind], reserved: 0, limit, needed };
  throw new Withdrawn({ outcome: 'quota-exceeded', excess } satisfies QuotaExceeded);
}

/** The account of a project, which is locked until the transaction ends. */
export async function lockUsage(sql: SqlSession, projectId: number): Promise<UsageRow> {
  for (;;) {
    const row = await sql.get<UsageRow>(
      `select (select name from projects where id = usage.project_id) as project, bytes, tags, limit_bytes, limit_tags, limit_pull_bytes,
         warned_bytes, warned_tags, version from usage where project_id = ? ${locking(sql, 'for update')}`,
      [projectId],
    );
    if (row !== undefined) return row;
    await sql.run('insert into usage (project_id, bytes) values (?, 0) on conflict (project_id) do nothing', [projectId]);
  }
}

/** Writes an account that is locked, with the bounds that follow, and warns when one was crossed. */
export async function writeUsage(sql: SqlTransaction, projectId: number, settled: Settled): Promise<void> {
  const { row, bytes, tags, limitBytes, limitTags, at } = settled;
  const levels = {
    bytes: quotaLevel(limitBytes, bytes, row.warned_bytes),
    tags: quotaLevel(limitTags, tags, row.warned_tags),
  };
  await sql.run(
    `update usage set bytes = ?, tags = ?, limit_bytes = ?, limit_tags = ?, warned_bytes = ?, bytes_floor = ?, bytes_ceiling = ?,
       warned_tags = ?, tags_floor = ?, tags_ceiling = ? where project_id = ?`,
    [
      bytes,
      tags,
      limitBytes,
      limitTags,
      levels.bytes.warned,
      levels.bytes.floor,
      levels.bytes.ceiling,
      levels.tags.warned,
      levels.tags.floor,
      levels.tags.ceiling,
      projectId,
    ],
  );
  const warn = (kind: QuotaKind, percent: number, used: number, limit: number | null) =>
    recordChange(sql, { type: 'quota.warning', at, by: systemAgent('quota'), data: { project: row.project, kind, percent, used, limit } });
  if (levels.bytes.warned > row.warned_bytes) await warn('bytes', levels.bytes.warned, bytes, limitBytes);
  if (levels.tags.warned > row.warned_tags) await warn('tags', levels.tags.warned, tags, limitTags);
}

/** Opens the account of a project that was just made, with the limits that new ones begin with. */
export async function openAccount(sql: SqlSession, projectId: number): Promise<void> {
  const limits = await sql.get<{ limit_bytes: number | null; limit_tags: number | null; limit_pull_bytes: number | null }>(
    'select limit_bytes, limit_tags, limit_pull_bytes from quota_defaults where id = 1',
  );
  const { limit_bytes = null, limit_tags = null, limit_pull_bytes = null } = limits ?? {};
  await sql.run(
    `insert into usage (project_id, bytes, limit_bytes, limit_tags, limit_pull_bytes, bytes_ceiling, tags_ceiling)
     values (?, 0, ?, ?, ?, ?, ?) on conflict (project_id) do nothing`,
    [projectId, limit_bytes, limit_tags, limit_pull_bytes, quotaLevel(limit_bytes, 0, 0).ceiling, quotaLevel(limit_tags, 0, 0).ceiling],
  );
}
