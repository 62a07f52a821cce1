import type { RepositoryName } from '@longshore/oci';
import type { PullCount } from './ports/pull-store.ts';

interface Counted {
  pulls: number;
  lastAt: number;
}

/** Pulls of manifests, or of tags, by repository. No pull makes a key of several texts: that would cost more than to count it. */
export class PullCounts<K extends string> {
  readonly #most: number;
  #repositories = new Map<RepositoryName, Map<K, Counted>>();
  #size = 0;

  /** `most`: of how many things pulls are counted at once. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Answers false when there is no room for another thing. */
  add(repository: RepositoryName, of: K, pulls: number, lastAt: number): boolean {
    const known = this.#repositories.get(repository);
    const counted = known?.get(of);
    if (counted !== undefined) {
      counted.pulls += pulls;
      if (lastAt > counted.lastAt) counted.lastAt = lastAt;
      return true;
    }
    if (this.#size >= this.#most) return false;
    this.#size += 1;
    if (known === undefined) this.#repositories.set(repository, new Map([[of, { pulls, lastAt }]]));
    else known.set(of, { pulls, lastAt });
    return true;
  }

  /** Everything that was counted since; forgotten by this. */
  take(): (PullCount & { readonly of: K })[] {
    const counts = [...this.#repositories].flatMap(([repository, things]) =>
      [...things].map(([of, { pulls, lastAt }]) => ({ repository, of, pulls, lastAt })),
    );
    this.#repositories = new Map();
    this.#size = 0;
    return counts;
  }
}
