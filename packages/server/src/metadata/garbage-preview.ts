import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RepositoryName } from '@longshore/oci';
import type { GarbageStore, PreviewedGarbage, UntaggedManifest } from '../registry/ports/garbage-store.ts';
import { fromColumn } from './digest-column.ts';
import { afterDoomed } from './garbage-conditions.ts';
import { toPlacement } from './placement-row.ts';
import { condemnedAfter } from './reads/garbage.ts';
import type { Examination, Key, Window } from './reads/garbage-windows.ts';
import { examineLinks, examineManifests, examinePlacements, windowRows } from './reads/garbage-windows.ts';
import { referenceKind } from './reference-kind.ts';
import type { SqlSession } from './sql-session.ts';

type Limits = Parameters<GarbageStore['previewGarbage']>[0];
type OnFound = (found: PreviewedGarbage) => void;

const manifests = examineManifests(afterDoomed);
const links = examineLinks(afterDoomed);
const placements = examinePlacements(afterDoomed);

/**
 * `GarbageStore.previewGarbage`, in a transaction that sees one snapshot and that the caller ends without keeping anything. What
 * would go is noted in temporary tables, and the conditions look through it.
 */
export async function previewGarbage(sql: SqlSession, { untaggedBefore, before, signal }: Limits, onFound: OnFound): Promise<void> {
  const idType = sql.dialect === 'sqlite' ? 'integer' : 'bigint';
  await sql.run(`create temporary table doomed_manifests (id ${idType} primary key)`);
  await sql.run(`create temporary table doomed_links (repository_id ${idType}, blob_id ${idType}, primary key (repository_id, blob_id))`);
  await previewCondemned(sql, signal, onFound);
  if (untaggedBefore !== undefined) await previewManifests(sql, untaggedBefore, signal, onFound);
  await eachWindow(sql, links, before, signal, async (item, key) => {
    await sql.run('insert into doomed_links (repository_id, blob_id) values (?, ?)', key);
    onFound({ kind: 'link', ...item });
  });
  await eachWindow(sql, placements, before, signal, async (item) => onFound({ kind: 'blob', ...item }));
}

async function previewCondemned(sql: SqlSession, signal: AbortSignal, onFound: OnFound): Promise<void> {
  let after = 0;
  for (;;) {
    signal.throwIfAborted();
    const rows = await condemnedAfter(sql, after, windowRows);
    for (const row of rows) onFound({ kind: 'blob', ...toPlacement(row) });
    if (rows.length < windowRows) return;
    after = rows.at(-1)?.id ?? after;
    await nextTurn();
  }
}

/** First what nothing holds, then, from each manifest that goes, what only it held. */
async function previewManifests(sql: SqlSession, before: number, signal: AbortSignal, onFound: OnFound): Promise<void> {
  const frontier: number[] = [];
  const doom = async (item: UntaggedManifest, id: number) => {
    await sql.run('insert into doomed_manifests (id) values (?)', [id]);
    frontier.push(id);
    onFound({ kind: 'manifest', ...item });
  };
  await eachWindow(sql, manifests, before, signal, (item, [id = 0]) => doom(item, id));
  for (let next = frontier.pop(), count = 1; next !== undefined; next = frontier.pop(), count += 1) {
    signal.throwIfAborted();
    for (const { id, ...item } of await orphanedBy(sql, next, before)) await doom(item, id);
    if (count % windowRows === 0) await nextTurn();
  }
}

/** Children and referrers that nothing else holds, of a manifest that goes. */
async function orphanedBy(sql: SqlSession, gone: number, before: number): Promise<(UntaggedManifest & { id: number })[]> {
  const condition = afterDoomed.untagged(before, before);
  const rows = await sql.all<{ id: number; repository_id: number; repository: RepositoryName; digest: Uint8Array; size: number }>(
    `select manifests.id, manifests.repository_id, r.name as repository, manifests.digest, manifests.size
     from manifests join repositories r on r.id = manifests.repository_id
     where manifests.id in (
         select child.id from manifest_references mr join manifests child on child.repository_id = mr.repository_id and child.digest = mr.target
         where mr.manifest_id = ? and mr.kind = ${referenceKind.manifest}
         union
         select referrer.id from manifests gone join manifests referrer
           on referrer.repository_id = gone.repository_id and referrer.subject = gone.digest
         where gone.id = ?)
       and not exists (select 1 from doomed_manifests known where known.id = manifests.id) and ${condition.text}`,
    [gone, gone, ...condition.params],
  );
  return rows.map((row) => ({
    id: row.id,
    repositoryId: row.repository_id,
    repository: row.repository,
    digest: fromColumn(row.digest),
    sizeBytes: row.size,
  }));
}

async function eachWindow<T>(
  sql: SqlSession,
  examination: Examination<T>,
  before: number,
  signal: AbortSignal,
  visit: (item: T, key: Key) => Promise<void>,
): Promise<void> {
  for (let after: Key | undefined = examination.first; after !== undefined; ) {
    signal.throwIfAborted();
    const { found, next }: Window<T> = await examination.examine(sql, before, after);
    for (const { item, key } of found) await visit(item, key);
    after = next;
    await nextTurn();
  }
}
