import type { QueryConfig, QueryResult } from 'pg';
import type { SqlRow, SqlTransaction, SqlValue } from '../sql-session.ts';
import { UsageChanges } from '../usage-changes.ts';
import type { GuardedConnection } from './guarded-pool.ts';
import { isAnswer, toStorageError, UnknownOutcomeError } from './postgres-errors.ts';
import type { StatementCache } from './statement-cache.ts';

interface Asked {
  readonly statement: QueryConfig;
  readonly resolve: (result: QueryResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The one transaction that begins with the first statement. What is asked for in one turn of the event loop is sent in one packet: a
 * statement costs both sides less than half of what it does by itself. All of a group fails with the first of it that does.
 */
export class TransactionSession implements SqlTransaction {
  readonly dialect = 'postgres';
  readonly usage = new UsageChanges();
  readonly isCareful: boolean;
  readonly #connection: GuardedConnection;
  readonly #statements: StatementCache;
  #begin: string | undefined;
  #asked: Asked[] = [];
  readonly #last: QueryConfig[] = [];
  #isOver = false;

  /** `begin` is what the transaction begins with. */
  constructor(connection: GuardedConnection, statements: StatementCache, begin: string, isCareful = false) {
    this.isCareful = isCareful;
    this.#connection = connection;
    this.#statements = statements;
    this.#begin = begin;
  }

  async all<T extends SqlRow>(text: string, params: readonly SqlValue[] = []): Promise<T[]> {
    return (await this.#ask(text, params)).rows as T[];
  }

  async get<T extends SqlRow>(text: string, params: readonly SqlValue[] = []): Promise<T | undefined> {
    return (await this.#ask(text, params)).rows[0] as T | undefined;
  }

  async run(text: string, params: readonly SqlValue[] = []): Promise<number> {
    return (await this.#ask(text, params)).rowCount ?? 0;
  }

  async runLast(text: string, params: readonly SqlValue[] = []): Promise<void> {
    this.#last.push(this.#statement(text, params));
  }

  /** Everything that was to run last, and the commit. Throws a `StorageError`; an `UnknownOutcomeError` when its answer was lost. */
  async commit(): Promise<void> {
    this.#isOver = true;
    // A statement that fails behind a `begin` that failed would be a transaction by itself.
    if (this.#begin !== undefined && this.#last.length > 0) await this.#send([this.#takeBegin()]);
    if (this.#begin !== undefined) return;
    await this.#connection.queryTogether([...this.#last, 'commit']).catch((error: unknown) => {
      throw isAnswer(error) ? toStorageError(error) : new UnknownOutcomeError(error);
    });
  }

  /** Undoes everything. Rejects when the connection is of no use to anybody any more. */
  async rollback(): Promise<void> {
    this.#isOver = true;
    if (this.#begin === undefined) await this.#connection.query('rollback');
  }

  #statement(text: string, params: readonly SqlValue[]): QueryConfig {
    if (this.#isOver) throw new Error('A statement came after the end of its transaction');
    return { ...this.#statements.translate(text), values: [...params] };
  }

  #ask(text: string, params: readonly SqlValue[]): Promise<QueryResult> {
    const { promise, resolve, reject } = Promise.withResolvers<QueryResult>();
    this.#asked.push({ statement: this.#statement(text, params), resolve, reject });
    if (this.#asked.length === 1) queueMicrotask(() => void this.#flush());
    return promise;
  }

  async #flush(): Promise<void> {
    const asked = this.#asked;
    this.#asked = [];
    try {
      const results = await this.#sendBehindBegin(asked.map(({ statement }) => statement));
      for (const [index, { resolve, reject }] of asked.entries()) {
        const result = results[index];
        if (result === undefined) reject(new Error('A statement was not answered'));
        else resolve(result);
      }
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }

  /** The first statements go along with the beginning, unless they write: should that fail alone, they would be transactions by themselves. */
  async #sendBehindBegin(statements: readonly QueryConfig[]): Promise<QueryResult[]> {
    if (this.#begin === undefined) return this.#send(statements);
    const begin = this.#takeBegin();
    if (statements.every(({ text }) => text.trimStart().startsWith('select'))) return (await this.#send([begin, ...statements])).slice(1);
    await this.#send([begin]);
    return this.#send(statements);
  }

  #takeBegin(): string {
    const begin = this.#begin ?? '';
    this.#begin = undefined;
    return begin;
  }

  #send(statements: readonly (string | QueryConfig)[]): Promise<QueryResult[]> {
    return this.#connection.queryTogether(statements).catch((error: unknown) => {
      throw toStorageError(error);
    });
  }
}
