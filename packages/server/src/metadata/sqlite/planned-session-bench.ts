import type { DatabaseSync } from 'node:sqlite';
import type { SqlRow, SqlValue } from '../sql-session.ts';
import { SqliteSession } from './sqlite-session.ts';

/** For tests of plans: notes which statements go through a table, or sort what no index has in order. */
export class PlannedSession extends SqliteSession {
  /** For whom the next statements are. */
  label = '';
  readonly walks: string[] = [];
  readonly #connection: DatabaseSync;
  readonly #isFine: (label: string, step: string) => boolean;
  readonly #known = new Set<string>();

  /** `isFine`: whether a statement for this label may take such a step. */
  constructor(connection: DatabaseSync, path: string, isFine: (label: string, step: string) => boolean) {
    super(connection, path);
    this.#connection = connection;
    this.#isFine = isFine;
  }

  override all<T extends SqlRow>(text: string, params?: readonly SqlValue[]): Promise<T[]> {
    this.#note(text);
    return super.all(text, params);
  }

  override get<T extends SqlRow>(text: string, params?: readonly SqlValue[]): Promise<T | undefined> {
    this.#note(text);
    return super.get(text, params);
  }

  #note(text: string): void {
    if (this.#known.has(text)) return;
    this.#known.add(text);
    for (const step of this.#connection.prepare(`explain query plan ${text}`).all()) {
      const detail = String(step['detail']);
      if (/^SCAN |TEMP B-TREE|AUTOMATIC/.test(detail) && !this.#isFine(this.label, detail))
        this.walks.push(`${this.label}: ${detail}: ${text.replaceAll(/\s+/g, ' ')}`);
    }
  }
}
