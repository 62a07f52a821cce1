import type { UsageChanges } from './usage-changes.ts';

/** What a statement takes. Digests and hashes are raw bytes, instants and flags are numbers. */
export type SqlValue = string | number | null | Uint8Array;

/** One row, by column name. Integers come as numbers and bytes as `Uint8Array`, on every database. */
export type SqlRow = object;

/** Which SQL the session speaks where the two differ: only row locks, and types in migrations. */
export type SqlDialect = 'sqlite' | 'postgres';

/**
 * Runs statements with `?` placeholders on one connection, inside whatever transaction its owner opened.
 * Every failure is a `StorageError`. Statements are prepared once per text: keep the number of texts small.
 */
export interface SqlSession {
  readonly dialect: SqlDialect;
  all<T extends SqlRow>(text: string, params?: readonly SqlValue[]): Promise<T[]>;
  /** The first row, or undefined. */
  get<T extends SqlRow>(text: string, params?: readonly SqlValue[]): Promise<T | undefined>;
  /** Answers how many rows were changed. */
  run(text: string, params?: readonly SqlValue[]): Promise<number>;
}

/**
 * What a command runs in. Statements that need nothing of each other's answers are asked for together (`Promise.all` of the statements
 * themselves), in the order in which they lock: PostgreSQL then gets them in one packet. Nothing goes on behind a statement of such
 * a group by itself: when one fails, the transaction is over.
 */
export interface SqlTransaction extends SqlSession {
  /**
   * Runs behind everything else, right before the commit, together with it where that saves time: for what decides nothing, and for
   * rows that many transactions lock. What it changes is not seen before; its failure fails the transaction.
   */
  runLast(text: string, params?: readonly SqlValue[]): Promise<void>;
  /** What the command does to the accounts of projects; `runCommand` settles them behind it. */
  readonly usage: UsageChanges;
  /** Whether accounts are looked at before they are changed; otherwise they are changed behind everything else, and refuse it when they must. */
  readonly isCareful: boolean;
}

/** How rows are locked on PostgreSQL; `t` and `p` are names of tables in the statement. */
export type RowLock =
  | 'for update'
  | 'for update of t'
  | 'for share'
  | 'for key share'
  | 'for key share of p'
  | 'for key share of r'
  | 'for key share of p, r'
  | 'for no key update'
  | 'for update skip locked';

/**
 * A row lock clause, for instance `for update`. SQLite has one writer at a time and no such clause, so there it is empty.
 * On PostgreSQL whoever decides on other rows locks first and looks in the next statement, which then sees what the
 * transaction it waited for has written.
 */
export function locking(sql: SqlSession, clause: RowLock): string {
  return sql.dialect === 'sqlite' ? '' : clause;
}

/** Makes whoever locks the same name wait until this transaction is over, where no row is there to be locked. SQLite has one writer at a time. */
export async function lockName(sql: SqlSession, name: string): Promise<void> {
  if (sql.dialect === 'postgres') await sql.get('select pg_advisory_xact_lock(hashtextextended(?, 0))', [name]);
}

/**
 * Thrown by a command that found, after its first writes, that nothing may be stored: its transaction is rolled back and
 * `answer` becomes the command's result.
 */
export class Withdrawn extends Error {
  readonly answer: unknown;

  constructor(answer: unknown) {
    super('The command withdrew its writes');
    this.name = 'Withdrawn';
    this.answer = answer;
  }
}
