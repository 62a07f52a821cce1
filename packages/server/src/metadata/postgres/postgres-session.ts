import type { SqlRow, SqlSession, SqlValue } from '../sql-session.ts';
import type { GuardedConnection, GuardedPool } from './guarded-pool.ts';
import { toStorageError } from './postgres-errors.ts';
import type { StatementCache } from './statement-cache.ts';

/** A session on the pool (each statement by itself, on any connection) or on one connection of it. */
export class PostgresSession implements SqlSession {
  readonly dialect = 'postgres';
  readonly #target: Pick<GuardedPool | GuardedConnection, 'query'>;
  readonly #statements: StatementCache;

  constructor(target: Pick<GuardedPool | GuardedConnection, 'query'>, statements: StatementCache) {
    this.#target = target;
    this.#statements = statements;
  }

  async all<T extends SqlRow>(text: string, params: readonly SqlValue[] = []): Promise<T[]> {
    return (await this.#query<T>(text, params)).rows;
  }

  async get<T extends SqlRow>(text: string, params: readonly SqlValue[] = []): Promise<T | undefined> {
    return (await this.#query<T>(text, params)).rows[0];
  }

  async run(text: string, params: readonly SqlValue[] = []): Promise<number> {
    return (await this.#query(text, params)).rowCount ?? 0;
  }

  async #query<T extends SqlRow>(text: string, params: readonly SqlValue[]): Promise<{ rows: T[]; rowCount: number | null }> {
    try {
      return await this.#target.query<T>({ ...this.#statements.translate(text), values: [...params] });
    } catch (error) {
      throw toStorageError(error);
    }
  }
}
