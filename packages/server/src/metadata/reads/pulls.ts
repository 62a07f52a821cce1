import type { Digest, RepositoryName, Tag } from '@longshore/oci';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { Day, DayOfPulls } from '../../registry/ports/pull-store.ts';
import { toColumn } from '../digest-column.ts';
import type { SqlSession } from '../sql-session.ts';

/** `PullStore.listDaysOfPulls`. */
export async function listDaysOfPulls(sql: SqlSession, project: string, since: Day): Promise<DayOfPulls[]> {
  const rows = await sql.all<DayOfPulls>(
    `select pp.day, pp.bytes, pp.pulls from projects p join project_pulls pp on pp.project_id = p.id
     where p.name = ? and pp.day >= ? order by pp.day`,
    [project, since],
  );
  return rows.map(({ day, bytes, pulls }) => ({ day, bytes, pulls }));
}

/** `PullStore.findPulls`. */
export async function findPulls(
  sql: SqlSession,
  repository: RepositoryName,
  reference: { tag: Tag } | { digest: Digest },
): Promise<{ pulls: number; lastAt: Millis } | undefined> {
  const found =
    'tag' in reference
      ? await sql.get<{ pulls: number; last_at: Millis }>(
          `select tp.pulls, tp.last_at from repositories r join tag_pulls tp on tp.repository_id = r.id where r.name = ? and tp.tag = ?`,
          [repository, reference.tag],
        )
      : await sql.get<{ pulls: number; last_at: Millis }>(
          `select mp.pulls, mp.last_at from repositories r join manifests m on m.repository_id = r.id
           join manifest_pulls mp on mp.manifest_id = m.id where r.name = ? and m.digest = ?`,
          [repository, toColumn(reference.digest)],
        );
  return found && { pulls: found.pulls, lastAt: found.last_at };
}
