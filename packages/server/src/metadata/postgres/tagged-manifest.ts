import type { RepositoryName, Tag } from '@longshore/oci';
import type { StoredManifest } from '../../registry/ports/content-store.ts';
import { fromColumn, toColumn } from '../digest-column.ts';
import type { SqlSession } from '../sql-session.ts';

/** The manifest that a tag points at now, in one statement. Its bytes come along unless it is `known`. */
export type FindTagged = (
  repository: RepositoryName,
  tag: Tag,
  known: Pick<StoredManifest, 'digest' | 'bytes'> | undefined,
) => Promise<StoredManifest | undefined>;

const statement = `select m.digest, m.media_type, case when m.digest = ? then null else m.bytes end as bytes
  from repositories r join tags t on t.repository_id = r.id join manifests m on m.id = t.manifest_id where r.name = ? and t.name = ?`;

interface Row {
  readonly digest: Uint8Array;
  readonly media_type: string;
  readonly bytes: Uint8Array | null;
}

/** See `FindTagged`. */
export function findTaggedIn(sql: SqlSession): FindTagged {
  return async (repository, tag, known) => {
    const row = await sql.get<Row>(statement, [known === undefined ? new Uint8Array() : toColumn(known.digest), repository, tag]);
    if (row === undefined) return undefined;
    if (row.bytes !== null) return { digest: fromColumn(row.digest), mediaType: row.media_type, bytes: row.bytes };
    // Only a known manifest comes without its bytes.
    return known && { digest: known.digest, mediaType: row.media_type, bytes: known.bytes };
  };
}
