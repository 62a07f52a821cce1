import type { Digest } from '@longshore/oci';
import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { AssignOutcome, BeginMoveOutcome, CopyOutcome, NewCopy, StoreMove } from '../../registry/ports/project-store.ts';
import { byColumnOrder, toColumn } from '../digest-column.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import { recordAudit } from './audit.ts';
import { placeBlob } from './blob-placements.ts';
import { recordChange } from './changes.ts';
import { requireDecided, requireMayBegin } from './decided-project.ts';
import { bindFounder } from './role-bindings.ts';
import { openAccount } from './usage.ts';

interface ProjectRow {
  readonly id: number;
  readonly store_id: number;
  readonly previous_store_id: number | null;
}

/** The id of a project, which lives on `store` when it is new. It cannot be deleted before the transaction ends. */
export async function ensureProject(
  sql: SqlTransaction,
  { project, store, by, at }: { project: string; store: string; by: Agent; at: Millis },
): Promise<number> {
  const select = `select id, created_by from projects where name = ? ${locking(sql, 'for key share')}`;
  const existing = await sql.get<{ id: number; created_by: string }>(select, [project]);
  if (existing !== undefined) {
    requireDecided(by, existing.id, existing.created_by);
    return existing.id;
  }
  requireMayBegin(by);
  const created = await sql.get<{ id: number }>(
    `insert into projects (name, store_id, created_at, updated_at, created_by) select ?, s.id, ?, ?, ? from stores s where s.name = ?
     on conflict (name) do nothing returning id`,
    [project, at, at, by.actor, store],
  );
  if (created === undefined) {
    const winner = await sql.get<{ id: number; created_by: string }>(select, [project]);
    if (winner === undefined) throw new Error(`The project ${project} cannot be created: no store '${store}' is registered`);
    requireDecided(by, winner.id, winner.created_by);
    return winner.id;
  }
  await openAccount(sql, created.id);
  await bindFounder(sql, { projectId: created.id, project, by, at });
  await recordChange(sql, { type: 'project.created', at, by, data: { project } });
  return created.id;
}

/** `ProjectStore.registerStores`. */
export async function registerStores(sql: SqlSession, input: { names: readonly string[] }): Promise<void> {
  for (const name of [...input.names].sort()) {
    await sql.run('insert into stores (name) values (?) on conflict (name) do nothing', [name]);
  }
}

/** `ProjectStore.assignStore`. */
export async function assignStore(
  sql: SqlTransaction,
  input: { project: string; store: string; by: Agent; at: Millis },
): Promise<AssignOutcome> {
  const target = await storeId(sql, input.store);
  if (target === undefined) return 'unknown-store';
  await ensureProject(sql, input);
  const row = await lockProject(sql, input.project);
  if (row === undefined) throw new Error(`The project ${input.project} vanished while it was assigned`);
  if (row.store_id === target && row.previous_store_id === null) return 'assigned';
  if ((await sql.get('select 1 from project_blobs where project_id = ? limit 1', [row.id])) !== undefined) return 'has-content';
  await sql.run('update projects set store_id = ?, previous_store_id = null where id = ?', [target, row.id]);
  await recordStore(sql, input, 'project.store-assigned', { projectId: row.id, store: input.store });
  return 'assigned';
}

/** `ProjectStore.beginMove`. The lock waits for commits under way, so that afterwards every commit knows where the project lives. */
export async function beginMove(sql: SqlTransaction, input: StoreMove & { by: Agent; at: Millis }): Promise<BeginMoveOutcome> {
  const target = await storeId(sql, input.to);
  if (target === undefined) return 'unknown-store';
  const row = await lockProject(sql, input.project);
  if (row === undefined) return 'unknown-project';
  if (row.store_id === target) return row.previous_store_id === null ? 'already-there' : 'moving';
  // Back to where it comes from is the one other way out of a move.
  if (row.previous_store_id !== null && row.previous_store_id !== target) return 'moving-elsewhere';
  await sql.run('update projects set store_id = ?, previous_store_id = ? where id = ?', [target, row.store_id, row.id]);
  await recordStore(sql, input, 'project.move-begun', { projectId: row.id, store: input.to });
  return 'moving';
}

/** `ProjectStore.placeCopy`. The copy that it was made of gets its grace anew: whoever found it a moment ago can still read it. */
export async function placeCopy(sql: SqlSession, input: NewCopy): Promise<CopyOutcome> {
  const { project, to, digest, location, at } = input;
  const row = await sql.get<ProjectRow>(
    `select p.id, p.store_id, p.previous_store_id from projects p join stores s on s.id = p.store_id
     where p.name = ? and s.name = ? ${locking(sql, 'for key share of p')}`,
    [project, to],
  );
  const blob = await sql.get<{ id: number }>(`select id from blobs where digest = ? ${locking(sql, 'for key share')}`, [toColumn(digest)]);
  if (row === undefined || row.previous_store_id === null || blob === undefined) return 'unwanted';
  const placed = await placeBlob(sql, { blobId: blob.id, storeId: row.store_id, location }, at);
  await sql.run("update blob_placements set renewed_at = ? where blob_id = ? and store_id = ? and state = 'live'", [
    at,
    blob.id,
    row.previous_store_id,
  ]);
  return placed;
}

/** `ProjectStore.renewCopies`. A row that another transaction condemns meanwhile is not renewed, so it does not count. */
export async function renewCopies(sql: SqlSession, input: { store: string; digests: readonly Digest[]; at: Millis }): Promise<number> {
  const store = await storeId(sql, input.store);
  let renewed = 0;
  for (const digest of store === undefined ? [] : [...new Set(input.digests)].sort(byColumnOrder)) {
    renewed += await sql.run(
      `update blob_placements set renewed_at = ? where blob_id = (select id from blobs where digest = ?) and store_id = ? and state = 'live'`,
      [input.at, toColumn(digest), store ?? null],
    );
  }
  return renewed;
}

/** `ProjectStore.finishMove`. */
export async function finishMove(sql: SqlTransaction, input: StoreMove & { from: string; by: Agent; at: Millis }): Promise<boolean> {
  const { project, from, to, by, at } = input;
  const changes = await sql.run(
    `update projects set previous_store_id = null where name = ? and store_id = (select id from stores where name = ?)
       and previous_store_id = (select id from stores where name = ?)`,
    [project, to, from],
  );
  if (changes === 0) return false;
  await recordChange(sql, { type: 'project.moved', at, by, data: { project, from, to } });
  return true;
}

function recordStore(
  sql: SqlTransaction,
  { project, by, at }: { project: string; by: Agent; at: Millis },
  action: string,
  { projectId, store }: { projectId: number; store: string },
): Promise<void> {
  return recordAudit(sql, by, { at, action, resource: { kind: 'project', name: project }, projectId, detail: { store } });
}

async function storeId(sql: SqlSession, name: string): Promise<number | undefined> {
  return (await sql.get<{ id: number }>('select id from stores where name = ?', [name]))?.id;
}

function lockProject(sql: SqlSession, name: string): Promise<ProjectRow | undefined> {
  return sql.get<ProjectRow>(`select id, store_id, previous_store_id from projects where name = ? ${locking(sql, 'for update')}`, [name]);
}
