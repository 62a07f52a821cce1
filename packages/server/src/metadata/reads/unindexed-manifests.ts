import type { RepositoryName } from '@longshore/oci';
import { mostIndexedBytes, type UnindexedManifest } from '../../registry/ports/search-store.ts';
import type { SqlSession } from '../sql-session.ts';

/** `SearchStore.listUnindexedManifests`. */
export async function listUnindexedManifests(
  sql: SqlSession,
  { after, limit }: { after: number; limit: number },
): Promise<UnindexedManifest[]> {
  const rows = await sql.all<{ manifest_id: number; name: RepositoryName | null; bytes: Uint8Array | null }>(
    `select page.manifest_id, r.name, case when m.size <= ${mostIndexedBytes} then m.bytes else null end as bytes
     from (select manifest_id from unindexed_manifests where manifest_id > ? order by manifest_id limit ?) page
     left join manifests m on m.id = page.manifest_id left join repositories r on r.id = m.repository_id order by page.manifest_id`,
    [after, limit],
  );
  return rows.map(({ manifest_id: manifestId, name, bytes }) => ({
    manifestId,
    repository: name ?? ('' as RepositoryName),
    bytes: bytes ?? undefined,
  }));
}
