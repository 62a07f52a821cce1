import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** About how much memory the answers may take. */
const mostBytes = 32 * 1024 * 1024;
/** How many keys are remembered of which one answer was asked for. */
const mostSeen = 4096;
/** Keys beyond this are not remembered: names and digests are shorter, only what a client made up as `last` is not. */
const longestKey = 1024;

const settled = Promise.resolve();

interface Entry {
  readonly answer: Promise<unknown>;
  readonly bytes: number;
}

/**
 * Answers of reads, given again for as long as nothing at all was committed to the database since: by this process's writer
 * or by any other. SQLite tells through `PRAGMA data_version` (https://www.sqlite.org/pragma.html#pragma_data_version), which
 * is asked before answers, and costs a small part of what reading rows and making objects of them does. Once for all answers that
 * are given in one go, before this thread reads anything more from any client: whoever asks had asked before the version was read.
 */
export class ReadCache {
  readonly #version: StatementSync;
  readonly #entries = new Map<string, Entry>();
  /** Keys that were asked for once: what is asked for only once, as by a walk over all tags, is not worth remembering. */
  readonly #seen = new Set<string>();
  #current: unknown;
  /** The version was read since this thread last turned to what comes from outside. */
  #isChecked = false;
  readonly #goOn = (): void => {
    this.#isChecked = false;
  };
  readonly #goOnLater = (): void => process.nextTick(this.#goOn);
  /** Rises whenever everything is forgotten. */
  #generation = 0;
  #bytes = 0;

  /** `reader`: the connection that the reads use. It must not write: its own commits would go unnoticed. */
  constructor(reader: DatabaseSync) {
    this.#version = reader.prepare('pragma data_version');
    this.#version.setReturnArrays(true);
  }

  /**
   * The answer of `read`, or the same object as it gave before while nothing was committed in between. `sizeOf` says how many
   * bytes an answer takes, about; an answer of undefined is never remembered, nor is what has a very long key.
   */
  get<T>(key: string, read: () => Promise<T>, sizeOf: (answer: NonNullable<T>) => number): Promise<T> {
    const known = this.#entries.get(key);
    if (known !== undefined && this.#isCurrent()) return known.answer as Promise<T>;
    if (key.length > longestKey) return read();
    if (!this.#seen.has(key)) {
      if (this.#seen.size >= mostSeen) this.#seen.clear();
      this.#seen.add(key);
      return read();
    }
    // Before the read: what it then sees is at least as new.
    this.#isCurrent();
    return this.#remember(key, read(), sizeOf);
  }

  /** See `MetadataStore.changeMark`. */
  changeMark(): number | undefined {
    this.#isCurrent();
    return this.#current === undefined ? undefined : this.#generation;
  }

  async #remember<T>(key: string, reading: Promise<T>, sizeOf: (answer: NonNullable<T>) => number): Promise<T> {
    const generation = this.#generation;
    const answer = await reading;
    // While it was awaited another read may have noticed a commit that this one has not seen.
    if (answer === undefined || answer === null || generation !== this.#generation) return answer;
    const answerBytes = sizeOf(answer);
    if (answerBytes > mostBytes / 8) return answer;
    const bytes = answerBytes + 2 * key.length;
    if (this.#bytes + bytes > mostBytes) this.#forget();
    this.#bytes += bytes - (this.#entries.get(key)?.bytes ?? 0);
    this.#entries.set(key, { answer: Promise.resolve(answer), bytes });
    return answer;
  }

  /** Whether nothing was committed since the last time; forgets everything otherwise. */
  #isCurrent(): boolean {
    if (this.#isChecked) return true;
    const version = this.#readVersion();
    if (version !== undefined) {
      this.#isChecked = true;
      // Comes when all promises that can go on have done so, and before the next event. Asked for out of a promise, since whatever is
      // asked for in the event itself comes before its promises.
      void settled.then(this.#goOnLater);
    }
    if (version !== undefined && version === this.#current) return true;
    this.#current = version;
    this.#forget();
    return false;
  }

  /** Undefined when it cannot be read: the read that follows meets the same trouble, and says so. */
  #readVersion(): unknown {
    try {
      return (this.#version.get() as unknown as readonly unknown[])[0];
    } catch {
      return undefined;
    }
  }

  #forget(): void {
    this.#entries.clear();
    this.#bytes = 0;
    this.#generation += 1;
  }
}
