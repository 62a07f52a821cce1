import type { Query } from './arena.ts';

/** Counts what was acknowledged, by action and repository or project, to be compared with the audit log. */
export class Ledger {
  readonly #acknowledged = new Map<string, number>();

  /** One more change of this kind was acknowledged. */
  note(action: string, resource: string): void {
    const key = `${action} ${resource}`;
    this.#acknowledged.set(key, (this.#acknowledged.get(key) ?? 0) + 1);
  }

  /** Acknowledged changes of which the audit log has too few entries. Changes that were cut off may have entries besides. */
  async missing(query: Query): Promise<string[]> {
    const rows = await query<{ action: string; resource: string; entries: number | string }>(
      `select action, resource, sum(count) as entries from audit_log
       where outcome = 0 and actor not like 'system:%' group by action, resource`,
    );
    const entries = new Map(rows.map((row) => [`${row.action} ${row.resource}`, Number(row.entries)]));
    return [...this.#acknowledged]
      .filter(([key, count]) => (entries.get(key) ?? 0) < count)
      .map(([key, count]) => `${key}: ${count} were acknowledged, the audit log has ${entries.get(key) ?? 0}`);
  }
}
