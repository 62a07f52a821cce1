/** A statement as PostgreSQL takes it. */
export interface NamedStatement {
  /** Under which the server keeps it prepared; the same on every connection. Absent where it must not. */
  readonly name?: string;
  readonly text: string;
}

/** Translates `?` into `$1`, `$2` and so on, once per text. Our statements have no `?` inside of quotes. */
export class StatementCache {
  readonly #statements = new Map<string, NamedStatement>();
  readonly #isPrepared: boolean;

  /** `isPrepared`: whether the server keeps statements; behind a pooler that knows nothing of them it must not. */
  constructor(isPrepared: boolean) {
    this.#isPrepared = isPrepared;
  }

  /** The translated statement and its name. */
  translate(text: string): NamedStatement {
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    let count = 0;
    const translated = { text: text.replaceAll('?', () => `$${++count}`) };
    const statement = this.#isPrepared ? { name: `s${this.#statements.size + 1}`, ...translated } : translated;
    this.#statements.set(text, statement);
    return statement;
  }
}
