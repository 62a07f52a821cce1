import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { Inventory } from '../../registry/ports/inventory-store.ts';
import type { SqlSession, SqlValue } from '../sql-session.ts';

/** Rows that one statement passes: on SQLite it holds up every request. */
const pieceRows = 500;

type Row = Readonly<Record<string, SqlValue>>;

/** What one store has of a piece of the placements. */
interface PieceRow {
  readonly store: string;
  readonly last_id: number;
  readonly blobs: number;
  readonly bytes: number;
}

/** A table and the columns of an index that holds each of its rows once, with what comes before all of them. */
interface Countable {
  readonly table: string;
  readonly key: Readonly<Record<string, SqlValue>>;
}

/** `InventoryStore.countContent`. */
export async function countContent(sql: SqlSession): Promise<Inventory> {
  return {
    repositories: await countRows(sql, { table: 'repositories', key: { id: 0 } }),
    manifests: await countRows(sql, { table: 'manifests', key: { repository_id: 0, digest: new Uint8Array() } }),
    tags: await countRows(sql, { table: 'tags', key: { repository_id: 0, name: '' } }),
    uploads: await countRows(sql, { table: 'uploads', key: { id: '' } }),
    stores: await countStores(sql),
    events: {
      waiting: await countRows(sql, { table: 'events', key: { id: 0 } }),
      oldestAt: (await sql.get<{ at: Millis }>('select at from events order by id limit 1'))?.at,
    },
  };
}

async function countRows(sql: SqlSession, { table, key }: Countable): Promise<number> {
  const columns = Object.keys(key).join(', ');
  const marks = Object.keys(key).map(() => '?');
  const rest = `from ${table} where (${columns}) > (${marks.join(', ')}) order by ${columns}`;
  let after = Object.values(key);
  for (let counted = 0; ; counted += pieceRows) {
    const last = await sql.get<Row>(`select ${columns} ${rest} limit 1 offset ${pieceRows - 1}`, after);
    if (last === undefined) {
      const left = await sql.get<{ rows: number }>(
        `select count(*) as rows from (select 1 ${rest} limit ${pieceRows}) as uncounted`,
        after,
      );
      return counted + (left?.rows ?? 0);
    }
    after = Object.values(last);
    await nextTurn();
  }
}

async function countStores(sql: SqlSession): Promise<Inventory['stores']> {
  const names = await sql.all<{ name: string }>('select name from stores order by name');
  const totals = new Map(names.map(({ name }) => [name, { store: name, blobs: 0, bytes: 0 }]));
  for (let after: number | undefined = 0; after !== undefined; ) {
    // The limit is what tells PostgreSQL that the rest of the tables need not be read.
    const rows: PieceRow[] = await sql.all<PieceRow>(
      `select s.name as store, max(piece.id) as last_id, count(case when piece.state <> 'lost' then 1 end) as blobs,
         cast(sum(case when piece.state <> 'lost' then b.size else 0 end) as bigint) as bytes
       from (select id, blob_id, store_id, state from blob_placements where id > ? order by id limit ${pieceRows}) as piece
       join blobs b on b.id = piece.blob_id join stores s on s.id = piece.store_id group by s.name`,
      [after],
    );
    after = undefined;
    for (const { store, last_id: last, blobs, bytes } of rows) {
      after = Math.max(after ?? 0, last);
      const total = totals.get(store);
      if (total === undefined) continue;
      total.blobs += blobs;
      total.bytes += bytes;
    }
    await nextTurn();
  }
  return [...totals.values()];
}
