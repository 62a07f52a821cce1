import pg from 'pg';
import type { SqlRow, SqlSession, SqlValue } from '../sql-session.ts';
import { StatementCache } from './statement-cache.ts';

interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** Integers as numbers, as the server takes them. */
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as never),
} as never;

/** For tests of plans: runs statements, and counts the rows that the server looked at for each. */
export class MeasuredSession implements SqlSession {
  readonly dialect = 'postgres';
  /** For whom the next statements are. */
  label = '';
  /** Statements that looked at more rows than they may. */
  readonly walks: string[] = [];
  readonly #client: pg.Client;
  readonly #mostOf: (label: string) => number;
  readonly #statements = new StatementCache(true);
  /** Ends when every statement before has: what measures one is no single statement itself. */
  #before: Promise<unknown> = Promise.resolve();

  private constructor(client: pg.Client, mostOf: (label: string) => number) {
    this.#client = client;
    this.#mostOf = mostOf;
  }

  /** Connects to a database, and fills it. `mostOf`: how many rows a statement may look at, by the label. */
  static async open(url: string, rows: readonly string[], mostOf: (label: string) => number): Promise<MeasuredSession> {
    const client = new pg.Client({ connectionString: url, types });
    await client.connect();
    await client.query(rows.join(';'));
    await client.query('vacuum analyze');
    await client.query('set plan_cache_mode = force_generic_plan; set jit = off');
    return new MeasuredSession(client, mostOf);
  }

  close(): Promise<void> {
    return this.#client.end();
  }

  all<T extends SqlRow>(text: string, params: readonly SqlValue[] = []): Promise<T[]> {
    const { text: translated } = this.#statements.translate(text);
    const rows = this.#before.then(async () => {
      await this.#measure(translated, params);
      return (await this.#client.query<T>({ text: translated, values: [...params] })).rows;
    });
    this.#before = rows.catch(() => undefined);
    return rows;
  }

  async get<T extends SqlRow>(text: string, params: readonly SqlValue[] = []): Promise<T | undefined> {
    return (await this.all<T>(text, params))[0];
  }

  run(): Promise<number> {
    throw new Error('This session only reads');
  }

  async #measure(text: string, params: readonly SqlValue[]): Promise<void> {
    await this.#client.query(`prepare measured as ${text}`);
    const values = params.length === 0 ? '' : `(${params.map(literalOf).join(', ')})`;
    const { rows } = await this.#client.query<{ 'QUERY PLAN': readonly [{ readonly Plan: PlanNode }] }>(
      `explain (analyze, timing off, summary off, format json) execute measured${values}`,
    );
    await this.#client.query('deallocate measured');
    const [plan] = rows[0]?.['QUERY PLAN'] ?? [];
    if (plan === undefined) throw new Error(`No plan of ${text}`);
    const looked = new Map<string, number>();
    countRows(plan.Plan, looked);
    const total = [...looked.values()].reduce((sum, count) => sum + count, 0);
    if (total > this.#mostOf(this.label)) {
      const counts = [...looked].map(([table, count]) => `${table} ${Math.round(count)}`).join(', ');
      this.walks.push(`${this.label}: ${counts}: ${text.replaceAll(/\s+/g, ' ')}`);
    }
  }
}

function countRows(node: PlanNode, looked: Map<string, number>): void {
  const table = node['Relation Name'];
  if (table !== undefined) {
    const rows = node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
    looked.set(table, (looked.get(table) ?? 0) + rows * node['Actual Loops']);
  }
  for (const child of node.Plans ?? []) countRows(child, looked);
}

function literalOf(value: SqlValue): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? pg.escapeLiteral(value) : `'\\x${Buffer.from(value).toString('hex')}'`;
}
