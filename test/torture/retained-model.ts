import { RepositoryModel } from './repository-model.ts';

/** What a rule keeps of the tags whose names begin so. */
export interface KeepRule {
  readonly prefix: string;
  readonly keep:
    | { readonly kind: 'newest'; readonly count: number }
    | { readonly kind: 'pushedWithin'; readonly ms: number }
    /** The highest of each minor version; tags are `v1.2.3`. */
    | { readonly kind: 'semver'; readonly count: number }
    | { readonly kind: 'all' };
}

/** When a tag was pushed, as exactly as its client knows: not before, and not behind. */
interface Pushed {
  readonly from: number;
  readonly to: number;
}

/**
 * A repository from which a retention may take what its rules do not keep. Whatever no rule certainly keeps may be gone from the moment on
 * at which a run could have found it so, until it is pushed again.
 */
export class RetainedModel extends RepositoryModel {
  readonly #rules: readonly KeepRule[];
  readonly #slackMs: number;
  readonly #pushed = new Map<string, Pushed>();
  readonly #removable = new Set<string>();
  readonly #leased = new Set<string>();
  #begunAt = 0;
  #isLooking = false;

  /** `slackMs`: by how much the clocks of two servers differ at most. */
  constructor(name: string, rules: readonly KeepRule[], slackMs: number) {
    super(name);
    this.#rules = rules;
    this.#slackMs = slackMs;
  }

  override begins(): void {
    this.#begunAt = Date.now();
  }

  override stored(...[manifest, tag]: Parameters<RepositoryModel['stored']>): void {
    if (tag !== undefined) {
      this.#pushed.set(tag, { from: this.#begunAt, to: Date.now() });
      this.#removable.delete(tag);
    }
    super.stored(manifest, tag);
    this.#look();
  }

  override maybeStored(...[manifest, tag]: Parameters<RepositoryModel['stored']>): void {
    if (tag !== undefined) this.#pushed.set(tag, { from: this.#pushed.get(tag)?.from ?? 0, to: Number.POSITIVE_INFINITY });
    super.maybeStored(manifest, tag);
    this.#look();
  }

  override tagIs(tag: string, digest: string | undefined): void {
    super.tagIs(tag, digest);
    this.#look();
  }

  override possible(tag: string): ReadonlySet<string | undefined> {
    this.#look();
    return super.possible(tag);
  }

  override mustExist(digest: string): boolean {
    this.#look();
    return super.mustExist(digest);
  }

  /** Tags that certainly exist and that no retention may take at the moment. */
  get keptTags(): string[] {
    return this.tags.filter((tag) => !this.possible(tag).has(undefined) && this.possible(tag).size === 1);
  }

  /** A lease holds what a tag points at; false when a retention may have been faster. */
  leased(tag: string): boolean {
    const [digest, ...others] = this.possible(tag);
    if (digest === undefined || others.length > 0 || this.#removable.has(tag)) return false;
    this.#leased.add(digest);
    return true;
  }

  /** A tag is made to look as if nobody had pushed it for ever. */
  aged(tag: string): void {
    this.#pushed.set(tag, { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY });
    this.#look();
  }

  /** No lease holds anything any more. */
  unleased(): void {
    this.#leased.clear();
    this.#look();
  }

  /** Marks what may be gone by now, and what may be gone with it. */
  #look(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    for (let isChanged = true; isChanged; ) {
      isChanged = false;
      for (const tag of this.tags) {
        if (!this.#removable.has(tag) && !this.#isLeased(tag) && this.#mayGo(tag)) this.#removable.add(tag);
        if (!this.#removable.has(tag) || super.possible(tag).has(undefined)) continue;
        super.maybeUntagged(tag);
        isChanged = true;
      }
    }
    this.#isLooking = false;
  }

  #isLeased(tag: string): boolean {
    const targets = [...super.possible(tag)];
    return targets.every((digest) => digest !== undefined && this.#leased.has(digest));
  }

  /** A signature goes with what it is of. */
  #mayGo(tag: string): boolean {
    const [, hex] = /^sha256-([0-9a-f]{64})\./.exec(tag) ?? [];
    if (hex !== undefined) return !super.mustExist(`sha256:${hex}`);
    return !this.#rules.some((rule) => tag.startsWith(rule.prefix) && this.#certainlyKeeps(rule, tag));
  }

  #certainlyKeeps({ prefix, keep }: KeepRule, tag: string): boolean {
    const { from } = this.#pushed.get(tag) ?? { from: 0 };
    const others = [...this.#pushed].filter(([name]) => name !== tag && name.startsWith(prefix));
    switch (keep.kind) {
      case 'all':
        return true;
      case 'pushedWithin':
        return Date.now() < from + keep.ms - this.#slackMs;
      case 'newest':
        return others.filter(([, pushed]) => pushed.to + this.#slackMs >= from).length < keep.count;
      case 'semver':
        return others.filter(([name]) => lineOf(name) === lineOf(tag) && patchOf(name) > patchOf(tag)).length < keep.count;
    }
  }
}

function lineOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

function patchOf(version: string): number {
  return Number(version.split('.')[2]);
}
