import type { Digest, RepositoryName } from '@longshore/oci';
import type { Visibility } from '../../registry/ports/authorizer.ts';
import { toColumn } from '../digest-column.ts';
import type { SqlSession } from '../sql-session.ts';
import { visibleRepositories } from '../visibility-condition.ts';
import { selectVisibleProjects } from './visible-projects.ts';

/** Links of a blob that are looked at before those in visible projects are: a base layer is in nearly every repository. */
const firstLinks = 64;

const linkOf = 'select f.repository_id, f.blob_id from repository_blobs f where f.blob_id = (select b.id from blobs b where b.digest = ?)';

/** Of repositories `r` with a link. SQLite keeps the order of cross joins, and would otherwise begin with all repositories of the store. */
const ofStore = 'cross join projects p cross join stores s cross join blob_placements bp';
/** On the store, and not lost. */
const isStored = (link: string) =>
  `p.id = r.project_id and s.id = p.store_id and bp.blob_id = ${link}.blob_id and bp.store_id = s.id and bp.state = 'live' and s.name = ?`;

/**
 * `ContentStore.findBlobSources`. Costs a few links, or what is visible, however many repositories have the blob: whoever sees little is not
 * made to wait for all of them.
 */
export async function findBlobSources(
  sql: SqlSession,
  digest: Digest,
  store: string,
  visibility: Visibility,
  limit: number,
): Promise<RepositoryName[]> {
  const visible = visibleRepositories(visibility);
  if (visible === undefined || visibility.kind === 'nothing') return [];
  const blob = toColumn(digest);
  const isHeld = visibility.kind === 'held';
  const found = await sql.all<{ name: RepositoryName }>(
    `select r.name from (${linkOf}${isHeld ? ` limit ${firstLinks}` : ''}) piece cross join repositories r ${ofStore}
     where r.id = piece.repository_id and ${isStored('piece')} and ${visible.text} limit ?`,
    [blob, store, ...visible.params, limit],
  );
  if (found.length > 0 || !isHeld) return found.map(({ name }) => name);
  const projects = selectVisibleProjects(visibility);
  const rows = await sql.all<{ name: RepositoryName }>(
    `select r.name from (${projects.text}) seen cross join project_blobs pb cross join repositories r cross join repository_blobs rb ${ofStore}
     where pb.project_id = seen.id and pb.blob_id = (select b.id from blobs b where b.digest = ?) and r.project_id = pb.project_id
       and rb.repository_id = r.id and rb.blob_id = pb.blob_id and ${isStored('rb')} and ${visible.text} limit ?`,
    [...projects.params, blob, store, ...visible.params, limit],
  );
  return rows.map(({ name }) => name);
}
