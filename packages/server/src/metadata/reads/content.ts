import type { Digest, RepositoryName, Tag } from '@longshore/oci';
import type { BlobLocation } from '../../registry/ports/blob-store.ts';
import type {
  Millis,
  Repository,
  StoredBlob,
  StoredManifest,
  StoredManifestInfo,
  UploadSession,
} from '../../registry/ports/content-store.ts';
import { repositoryByName, toRepository } from '../commands/repositories.ts';
import { fromColumn, toColumn } from '../digest-column.ts';
import type { SqlSession } from '../sql-session.ts';
import type { UploadRow } from '../upload-row.ts';
import { toUploadSession, uploadColumns, uploadTables } from '../upload-row.ts';

type Reference = { tag: Tag } | { digest: Digest };

const manifestByTag = `from repositories r join tags t on t.repository_id = r.id join manifests m on m.id = t.manifest_id
  where r.name = ? and t.name = ?`;
const manifestByDigest = 'from repositories r join manifests m on m.repository_id = r.id where r.name = ? and m.digest = ?';

// Texts of the hottest statements are made once: a fresh string would be hashed again on every look-up of its statement.
const findByTag = `select m.digest, m.media_type, m.bytes ${manifestByTag}`;
const findByDigest = `select m.digest, m.media_type, m.bytes ${manifestByDigest}`;
const findInfoByTag = `select m.digest, m.media_type, m.size ${manifestByTag}`;
const findInfoByDigest = `select m.digest, m.media_type, m.size ${manifestByDigest}`;

/** `ContentStore.findRepository`. */
export async function findRepository(sql: SqlSession, name: RepositoryName): Promise<Repository | undefined> {
  const row = await repositoryByName(sql, name);
  return row && toRepository(row);
}

/** `ContentStore.findBlob`. */
export async function findBlob(sql: SqlSession, repository: RepositoryName, digest: Digest): Promise<StoredBlob | undefined> {
  const row = await sql.get<{ size: number; store: string; location: BlobLocation; renewed_at: Millis }>(
    `select b.size, s.name as store, coalesce(bp.location, old.location) as location, rb.renewed_at
     from repositories r
     join projects p on p.id = r.project_id
     join blobs b on b.digest = ?
     join repository_blobs rb on rb.repository_id = r.id and rb.blob_id = b.id
     left join blob_placements bp on bp.blob_id = b.id and bp.store_id = p.store_id and bp.state = 'live'
     left join blob_placements old on bp.id is null and old.blob_id = b.id and old.store_id = p.previous_store_id and old.state = 'live'
     join stores s on s.id = coalesce(bp.store_id, old.store_id)
     where r.name = ?`,
    [toColumn(digest), repository],
  );
  return row && { digest, sizeBytes: row.size, store: row.store, location: row.location, renewedAt: row.renewed_at };
}

/** `ContentStore.findManifest`. */
export async function findManifest(sql: SqlSession, repository: RepositoryName, reference: Reference): Promise<StoredManifest | undefined> {
  const row = await findOne<{ digest: Uint8Array; media_type: string; bytes: Uint8Array }>(
    sql,
    repository,
    reference,
    findByTag,
    findByDigest,
  );
  return row && { digest: digestOf(row, reference), mediaType: row.media_type, bytes: row.bytes };
}

/** `ContentStore.findManifestInfo`. */
export async function findManifestInfo(
  sql: SqlSession,
  repository: RepositoryName,
  reference: Reference,
): Promise<StoredManifestInfo | undefined> {
  const row = await findOne<{ digest: Uint8Array; media_type: string; size: number }>(
    sql,
    repository,
    reference,
    findInfoByTag,
    findInfoByDigest,
  );
  return row && { digest: digestOf(row, reference), mediaType: row.media_type, sizeBytes: row.size };
}

/** `ContentStore.findUpload`. */
export async function findUpload(sql: SqlSession, id: string): Promise<UploadSession | undefined> {
  const row = await sql.get<UploadRow>(`select ${uploadColumns} from ${uploadTables} where u.id = ?`, [id]);
  return row && toUploadSession(row);
}

function findOne<T extends object>(
  sql: SqlSession,
  name: RepositoryName,
  reference: Reference,
  byTag: string,
  byDigest: string,
): Promise<T | undefined> {
  return 'tag' in reference ? sql.get<T>(byTag, [name, reference.tag]) : sql.get<T>(byDigest, [name, toColumn(reference.digest)]);
}

function digestOf(row: { digest: Uint8Array }, reference: Reference): Digest {
  return 'digest' in reference ? reference.digest : fromColumn(row.digest);
}
