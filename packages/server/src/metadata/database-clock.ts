import type { SqlSession } from './sql-session.ts';

/**
 * Milliseconds since 1970 by the clock of whoever has the rows, which is one for everybody who asks; the same throughout a statement, so
 * that an index can be searched for it.
 */
export function databaseNow({ dialect }: SqlSession): string {
  return dialect === 'sqlite'
    ? "cast(unixepoch('subsec') * 1000 as integer)"
    : 'cast(extract(epoch from statement_timestamp()) * 1000 as bigint)';
}
