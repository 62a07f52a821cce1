import type { BlobLocation } from '../../registry/ports/blob-store.ts';
import type { MovingBlob, Project, StoreMove } from '../../registry/ports/project-store.ts';
import { fromColumn } from '../digest-column.ts';
import type { SqlSession, SqlValue } from '../sql-session.ts';
import { beforeNames } from '../visibility-condition.ts';

/** Blobs that one page of a move examines. */
const pageBlobs = 200;

interface ProjectRow {
  readonly name: string;
  readonly store: string;
  readonly moving_from: string | null;
  readonly bytes: number | null;
}

const selectProjects = `select p.name, s.name as store, old.name as moving_from, u.bytes
  from projects p join stores s on s.id = p.store_id left join stores old on old.id = p.previous_store_id
  left join usage u on u.project_id = p.id`;

/** `ProjectStore.findProject`. */
export async function findProject(sql: SqlSession, name: string): Promise<Project | undefined> {
  const row = await sql.get<ProjectRow>(`${selectProjects} where p.name = ?`, [name]);
  return row && toProject(row);
}

/** `ProjectStore.listProjects`. */
export async function listProjects(
  sql: SqlSession,
  { store }: { store?: string | undefined },
  { limit, after = beforeNames }: { limit: number; after: string | undefined },
): Promise<Project[]> {
  if (store === undefined) return pageOf(sql, 'where p.name > ?', [after], limit);
  const living = await pageOf(sql, 'where p.store_id = (select id from stores where name = ?) and p.name > ?', [store, after], limit);
  const leaving = await pageOf(
    sql,
    'where p.previous_store_id = (select id from stores where name = ?) and p.name > ?',
    [store, after],
    limit,
  );
  return [...living, ...leaving].sort((left, right) => (left.name < right.name ? -1 : 1)).slice(0, limit);
}

/** `ProjectStore.listStores`. */
export async function listStores(sql: SqlSession): Promise<{ name: string; holdsContent: boolean }[]> {
  const rows = await sql.all<{ name: string; holds_content: number | boolean }>(
    `select s.name, (exists (select 1 from projects p join project_blobs pb on pb.project_id = p.id where p.store_id = s.id)
       or exists (select 1 from projects p join project_blobs pb on pb.project_id = p.id where p.previous_store_id = s.id)) as holds_content
     from stores s order by s.name`,
  );
  return rows.map((row) => ({ name: row.name, holdsContent: Boolean(row.holds_content) }));
}

/** `ProjectStore.listMovingBlobs`, in the order of the blobs' ids. */
export async function listMovingBlobs(
  sql: SqlSession,
  { project, from, to }: StoreMove & { from: string },
  cursor: number | undefined,
): Promise<{ items: MovingBlob[]; cursor: number | undefined }> {
  const rows = await sql.all<{ id: number; digest: Uint8Array; size: number; location: BlobLocation | null; copied: number | null }>(
    `select b.id, b.digest, b.size, old.location, new.id as copied
     from projects p join project_blobs pb on pb.project_id = p.id join blobs b on b.id = pb.blob_id
     left join blob_placements old on old.blob_id = b.id and old.store_id = (select id from stores where name = ?) and old.state = 'live'
     left join blob_placements new on new.blob_id = b.id and new.store_id = (select id from stores where name = ?) and new.state = 'live'
     where p.name = ? and pb.blob_id > ? order by pb.blob_id limit ${pageBlobs}`,
    [from, to, project, cursor ?? 0],
  );
  const items = rows.map((row) => ({
    digest: fromColumn(row.digest),
    sizeBytes: row.size,
    location: row.location ?? undefined,
    copied: row.copied !== null,
  }));
  return { items, cursor: rows.length < pageBlobs ? undefined : rows.at(-1)?.id };
}

async function pageOf(sql: SqlSession, where: string, params: readonly SqlValue[], limit: number): Promise<Project[]> {
  const rows = await sql.all<ProjectRow>(`${selectProjects} ${where} order by p.name limit ?`, [...params, limit]);
  return rows.map(toProject);
}

function toProject(row: ProjectRow): Project {
  return { name: row.name, store: row.store, movingFrom: row.moving_from ?? undefined, sizeBytes: row.bytes ?? 0 };
}
