import type { ImageWord } from '../../registry/ports/search-store.ts';
import { chunks, filledUp, padded, placeholders } from '../sql-lists.ts';
import { locking, type SqlSession, type SqlValue } from '../sql-session.ts';

/** `SearchStore.indexManifests`. */
export async function indexManifests(
  sql: SqlSession,
  { manifests }: { manifests: readonly { readonly manifestId: number; readonly words: readonly ImageWord[] }[] },
): Promise<void> {
  for (const chunk of chunks(manifests)) {
    const ids = padded(chunk.map(({ manifestId }) => manifestId).sort((one, other) => one - other));
    // Held until the words are there, which refer to it.
    const present = await sql.all<{ id: number }>(
      `select id from manifests where id in (${placeholders(ids.length)}) order by id ${locking(sql, 'for key share')}`,
      ids,
    );
    const known = new Set(present.map(({ id }) => id));
    await sql.run(`delete from image_words where manifest_id in (${placeholders(ids.length)})`, ids);
    const rows = chunk
      .filter(({ manifestId }) => known.has(manifestId))
      .flatMap(({ manifestId, words }) => words.map(({ word, position }): SqlValue[] => [word, position, manifestId]));
    for (const some of chunks(rows)) await insertWords(sql, some);
    await sql.run(`delete from unindexed_manifests where manifest_id in (${placeholders(ids.length)})`, ids);
  }
}

/** `SearchStore.queueManifests`. */
export async function queueManifests(
  sql: SqlSession,
  { after, limit }: { after: number; limit: number },
): Promise<{ last: number; looked: number }> {
  const piece = await sql.get<{ count: number; last: number | null }>(
    'select count(*) as count, max(piece.id) as last from (select id from manifests where id > ? order by id limit ?) piece',
    [after, limit],
  );
  const last = piece?.last ?? after;
  await sql.run(
    `insert into unindexed_manifests (manifest_id) select m.id from manifests m where m.id > ? and m.id <= ?
       and not exists (select 1 from image_words w where w.manifest_id = m.id) on conflict (manifest_id) do nothing`,
    [after, last],
  );
  return { last, looked: piece?.count ?? 0 };
}

async function insertWords(sql: SqlSession, rows: readonly SqlValue[][]): Promise<void> {
  const filled = filledUp(rows, ['', 0, -1]);
  const row = '(cast(? as text), cast(? as bigint), cast(? as bigint))';
  await sql.run(
    `insert into image_words (word, position, manifest_id, project_id)
     select v.column1, v.column2, m.id, r.project_id from (values ${placeholders(filled.length, row)}) v
     cross join manifests m cross join repositories r where m.id = v.column3 and r.id = m.repository_id
     on conflict (word, position, manifest_id) do nothing`,
    filled.flat(),
  );
}
