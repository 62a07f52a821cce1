import type pg from 'pg';
import type { SqlRow, SqlTransaction, SqlValue } from '../sql-session.ts';
import { UsageChanges } from '../usage-changes.ts';
import { StatementCache } from './statement-cache.ts';

/** For tests of plans: runs statements, and notes how the server goes about each once it is prepared. */
export class ExplainedTransaction implements SqlTransaction {
  readonly dialect = 'postgres';
  readonly plans: string[] = [];
  readonly usage = new UsageChanges();
  readonly isCareful = false;
  readonly #client: pg.Client;
  readonly #statements = new StatementCache(true);

  constructor(client: pg.Client) {
    this.#client = client;
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

  async runLast(text: string, params: readonly SqlValue[] = []): Promise<void> {
    await this.#query(text, params);
  }

  async #query<T extends SqlRow>(text: string, params: readonly SqlValue[]): Promise<pg.QueryResult<T>> {
    const { text: translated } = this.#statements.translate(text);
    await this.#client.query(`prepare planned as ${translated}`);
    const nulls = params.length === 0 ? '' : `(${params.map(() => 'null').join(', ')})`;
    const { rows } = await this.#client.query<{ 'QUERY PLAN': string }>(`explain execute planned${nulls}`);
    await this.#client.query('deallocate planned');
    this.plans.push(`${translated}\n${rows.map((row) => row['QUERY PLAN']).join('\n')}`);
    return this.#client.query<T>(translated, [...params]);
  }
}
