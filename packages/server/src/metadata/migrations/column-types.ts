import type { ColumnDefinitionBuilder, CreateTableBuilder } from 'kysely';
import { sql } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';

type Column = (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;

/** A NOT NULL column. */
export const required: Column = (column) => column.notNull();

/** A NOT NULL column that refers to the id of another table. */
export function refersTo(table: string, onDelete: 'cascade' | 'no action' = 'no action'): Column {
  return (column) => column.notNull().references(`${table}.id`).onDelete(onDelete);
}

/** The portable column types, and what ends a table, in one dialect. */
export function columnTypes(dialect: SqlDialect) {
  const sqlite = dialect === 'sqlite';
  return {
    /** Counts, instants in milliseconds, sizes in bytes, flags (0 or 1), ids of other tables. */
    integer: sqlite ? ('integer' as const) : ('bigint' as const),
    /** Compares by byte value on both. */
    text: sqlite ? ('text' as const) : sql`text collate "C"`,
    bytes: sqlite ? ('blob' as const) : ('bytea' as const),
    /** A primary key that is never given out twice, also after deletes. */
    identity: ((column) => (sqlite ? column.primaryKey().autoIncrement() : column.generatedAlwaysAsIdentity().primaryKey())) as Column,
    /** A table with an id. */
    finish: <T extends string, C extends string>(table: CreateTableBuilder<T, C>) => (sqlite ? table.modifyEnd(sql`strict`) : table),
    /** A table that is nothing but its primary key's index. */
    finishKeyed: <T extends string, C extends string>(table: CreateTableBuilder<T, C>) =>
      sqlite ? table.modifyEnd(sql`strict, without rowid`) : table,
  };
}

/** What `columnTypes` answers. */
export type ColumnTypes = ReturnType<typeof columnTypes>;
