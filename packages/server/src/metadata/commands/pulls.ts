import { keptDays, type PullAllowance, type PullNotes } from '../../registry/ports/pull-store.ts';
import { toColumn } from '../digest-column.ts';
import { chunks, filledUp, padded, placeholders } from '../sql-lists.ts';
import type { SqlSession, SqlValue } from '../sql-session.ts';

/** Matches no repository and no project. */
const nothing = '';
const row = (...types: readonly string[]): string => `(${types.map((type) => `cast(? as ${type})`).join(', ')})`;
const counted = (table: string): string => `do update set pulls = ${table}.pulls + excluded.pulls,
  last_at = case when excluded.last_at > ${table}.last_at then excluded.last_at else ${table}.last_at end`;

// Values that match nothing fill the lists up. Rows are written in the order of their keys, so that no two replicas wait for each other.

/** `PullStore.notePulls`. */
export async function notePulls(sql: SqlSession, notes: PullNotes): Promise<PullAllowance[]> {
  await noteManifests(sql, notes.manifests);
  await noteTags(sql, notes.tags);
  await noteDays(sql, notes.projects);
  const allowances: PullAllowance[] = [];
  for (const chunk of chunks([...new Set(notes.projects.map(({ project }) => project))])) {
    await forgetOldDays(sql, chunk, notes.today - keptDays);
    allowances.push(...(await allowancesOf(sql, chunk, notes.today)));
  }
  return allowances;
}

async function noteManifests(sql: SqlSession, manifests: PullNotes['manifests']): Promise<void> {
  // SQLite takes any type that it does not know for a number.
  const types = ['text', sql.dialect === 'sqlite' ? 'blob' : 'bytea', 'bigint', 'bigint'];
  for (const chunk of chunks(manifests)) {
    const rows = chunk.map(({ repository, digest, pulls, lastAt }): SqlValue[] => [repository, toColumn(digest), pulls, lastAt]);
    const filled = filledUp(rows, [nothing, new Uint8Array(), 0, 0]);
    await sql.run(
      `insert into manifest_pulls (manifest_id, pulls, last_at)
       select m.id, v.column3, v.column4 from (values ${placeholders(filled.length, row(...types))}) v
       cross join repositories r cross join manifests m
       where r.name = v.column1 and m.repository_id = r.id and m.digest = v.column2 order by m.id
       on conflict (manifest_id) ${counted('manifest_pulls')}`,
      filled.flat(),
    );
  }
}

async function noteTags(sql: SqlSession, tags: PullNotes['tags']): Promise<void> {
  for (const chunk of chunks(tags)) {
    const rows = chunk.map(({ repository, tag, pulls, lastAt }): SqlValue[] => [repository, tag, pulls, lastAt]);
    const filled = filledUp(rows, [nothing, nothing, 0, 0]);
    await sql.run(
      `insert into tag_pulls (repository_id, tag, pulls, last_at)
       select t.repository_id, t.name, v.column3, v.column4
       from (values ${placeholders(filled.length, row('text', 'text', 'bigint', 'bigint'))}) v
       cross join repositories r cross join tags t
       where r.name = v.column1 and t.repository_id = r.id and t.name = v.column2 order by t.repository_id, t.name
       on conflict (repository_id, tag) ${counted('tag_pulls')}`,
      filled.flat(),
    );
  }
}

async function noteDays(sql: SqlSession, days: PullNotes['projects']): Promise<void> {
  for (const chunk of chunks(days.filter(({ bytes, pulls }) => bytes !== 0 || pulls !== 0))) {
    const rows = chunk.map(({ project, day, bytes, pulls }): SqlValue[] => [project, day, bytes, pulls]);
    const filled = filledUp(rows, [nothing, 0, 0, 0]);
    await sql.run(
      `insert into project_pulls (project_id, day, bytes, pulls)
       select p.id, v.column2, v.column3, v.column4
       from (values ${placeholders(filled.length, row('text', 'bigint', 'bigint', 'bigint'))}) v cross join projects p
       where p.name = v.column1 order by p.id, v.column2
       on conflict (project_id, day) do update set bytes = project_pulls.bytes + excluded.bytes, pulls = project_pulls.pulls + excluded.pulls`,
      filled.flat(),
    );
  }
}

/** Only of projects that serve something: what the others have is no more than it was. */
async function forgetOldDays(sql: SqlSession, projects: readonly string[], before: number): Promise<void> {
  const names = padded(projects);
  await sql.run(
    `delete from project_pulls where project_id in (select id from projects where name in (${placeholders(names.length)})) and day < ?`,
    [...names, before],
  );
}

async function allowancesOf(sql: SqlSession, projects: readonly string[], today: number): Promise<PullAllowance[]> {
  const names = padded(projects);
  const rows = await sql.all<{ name: string; limit_pull_bytes: number | null; bytes: number | null }>(
    `select p.name, u.limit_pull_bytes, pp.bytes from projects p left join usage u on u.project_id = p.id
     left join project_pulls pp on pp.project_id = p.id and pp.day = ? where p.name in (${placeholders(names.length)})`,
    [today, ...names],
  );
  return rows.map(({ name, limit_pull_bytes, bytes }) => ({
    project: name,
    limitBytes: limit_pull_bytes ?? undefined,
    usedBytes: bytes ?? 0,
  }));
}
