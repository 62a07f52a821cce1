import type { UploadSession } from '../../registry/ports/content-store.ts';
import type { Remains } from '../../registry/ports/tenant-store.ts';
import type { SqlSession } from '../sql-session.ts';
import type { UploadRow } from '../upload-row.ts';
import { toUploadSession, uploadColumns, uploadTables } from '../upload-row.ts';

/** `TenantStore.listUploadsOfDeleted`. */
export async function listUploadsOfDeleted(sql: SqlSession, remains: Remains): Promise<UploadSession[]> {
  const [column, id] = 'projectId' in remains ? ['r.project_id', remains.projectId] : ['r.id', remains.repositoryId];
  const rows = await sql.all<UploadRow>(
    `select ${uploadColumns} from ${uploadTables} where ${column} = ? and r.deleted_at is not null limit 100`,
    [id],
  );
  return rows.map(toUploadSession);
}
