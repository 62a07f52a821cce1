import { SizedMap } from './sized-map.ts';

/** What a cache did since it was made; `bytes` is what it holds now. */
export interface KnownAnswersFigures {
  readonly hits: number;
  readonly misses: number;
  /** Reads that asked the database because changes could not be heard. */
  readonly bypassed: number;
  readonly bytes: number;
}

interface Known {
  readonly answer: object;
  readonly subjects: readonly string[];
}

/** Where it is heard what has changed. */
export interface Freshness {
  /** Whether what was answered before may be answered again. */
  isFresh(): boolean;
}

/**
 * Answers of reads, given again until a change of what they are about is heard. Absence is never kept, so what is only added needs not
 * be told. Whoever gets an answer shares it with others and must not change it.
 */
export class KnownAnswers {
  readonly #freshness: Freshness;
  readonly #answers: SizedMap<Known>;
  readonly #keysOf = new Map<string, Set<string>>();
  /** Rises with every change that is heard: an answer that was under way meanwhile may be from before it. */
  #generation = 0;
  #hits = 0;
  #misses = 0;
  #bypassed = 0;

  constructor(freshness: Freshness, mostBytes: number) {
    this.#freshness = freshness;
    this.#answers = new SizedMap(mostBytes, (key, { subjects }) => this.#unindex(key, subjects));
  }

  figures(): KnownAnswersFigures {
    return { hits: this.#hits, misses: this.#misses, bypassed: this.#bypassed, bytes: this.#answers.bytes };
  }

  /** What is known; undefined when `read` has to be asked. */
  find<T extends object>(key: string): T | undefined {
    if (!this.#freshness.isFresh()) {
      this.#bypassed += 1;
      return undefined;
    }
    const known = this.#answers.get(key);
    if (known === undefined) this.#misses += 1;
    else this.#hits += 1;
    return known?.answer as T | undefined;
  }

  /**
   * The answer of `read`, which `keep` may keep under keys, with the subjects that it is about and the bytes that it takes. Nothing is
   * kept of a read during which a change was heard, or that began when none could be.
   */
  async read<T>(read: () => Promise<T>, keep: (answer: NonNullable<T>, known: Keeper) => void): Promise<T> {
    const generation = this.#generation;
    const isFresh = this.#freshness.isFresh();
    const answer = await read();
    if (isFresh && generation === this.#generation && answer !== undefined && answer !== null) {
      keep(answer, (key, value, subjects, bytes) => this.#keep(key, { answer: value, subjects }, bytes));
    }
    return answer;
  }

  /** What is about `subject` has changed. */
  forget(subject: string): void {
    this.#generation += 1;
    for (const key of [...(this.#keysOf.get(subject) ?? [])]) this.#answers.delete(key);
  }

  forgetAll(): void {
    this.#generation += 1;
    this.#answers.clear();
  }

  #keep(key: string, known: Known, bytes: number): void {
    if (!this.#answers.set(key, known, bytes)) return;
    for (const subject of known.subjects) {
      const keys = this.#keysOf.get(subject);
      if (keys === undefined) this.#keysOf.set(subject, new Set([key]));
      else keys.add(key);
    }
  }

  #unindex(key: string, subjects: readonly string[]): void {
    for (const subject of subjects) {
      const keys = this.#keysOf.get(subject);
      keys?.delete(key);
      if (keys?.size === 0) this.#keysOf.delete(subject);
    }
  }
}

/** Keeps one answer. */
export type Keeper = (key: string, answer: object, subjects: readonly string[], bytes: number) => void;
