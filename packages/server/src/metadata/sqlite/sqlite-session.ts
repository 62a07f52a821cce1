import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { SqlRow, SqlTransaction, SqlValue } from '../sql-session.ts';
import { UsageChanges } from '../usage-changes.ts';
import { toStorageError } from './sqlite-errors.ts';

/** A session on one SQLite connection. Everything happens before the promise is returned. */
export class SqliteSession implements SqlTransaction {
  readonly dialect = 'sqlite';
  readonly usage = new UsageChanges();
  /** A look costs nothing here. */
  readonly isCareful = true;
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(db: DatabaseSync, path: string) {
    this.#db = db;
    this.#path = path;
  }

  async all<T extends SqlRow>(text: string, params: readonly SqlValue[] = []): Promise<T[]> {
    try {
      return this.#prepare(text).all(...(params as readonly SQLInputValue[])) as T[];
    } catch (error) {
      throw toStorageError(error, this.#path);
    }
  }

  async get<T extends SqlRow>(text: string, params: readonly SqlValue[] = []): Promise<T | undefined> {
    try {
      return this.#prepare(text).get(...(params as readonly SQLInputValue[])) as T | undefined;
    } catch (error) {
      throw toStorageError(error, this.#path);
    }
  }

  async run(text: string, params: readonly SqlValue[] = []): Promise<number> {
    try {
      return Number(this.#prepare(text).run(...(params as readonly SQLInputValue[])).changes);
    } catch (error) {
      throw toStorageError(error, this.#path);
    }
  }

  /** At once: a commit is no way off, and a lock on a row is nothing here. */
  async runLast(text: string, params?: readonly SqlValue[]): Promise<void> {
    await this.run(text, params);
  }

  #prepare(text: string): StatementSync {
    const known = this.#prepared.get(text);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(text);
    this.#prepared.set(text, statement);
    return statement;
  }
}
