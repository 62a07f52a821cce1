/** A statement as PostgreSQL takes it. */
export interface NamedStatement {
  /** Under which the server keeps it prepared; the same on every connection. */
  readonly name: string;
  readonly text: string;
}

/** Translates `?` into `$1`, `$2` and so on, once per text. Our statements have no `?` inside of quotes. */
export class StatementCache {
  readonly #statements = new Map<string, NamedStatement>();

  /** The translated statement and its name. */
  translate(text: string): NamedStatement {
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    let count = 0;
    const statement = { name: `s${this.#statements.size + 1}`, text: text.replaceAll('?', () => `$${++count}`) };
    this.#statements.set(text, statement);
    return statement;
  }
}
