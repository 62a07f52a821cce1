import type { Digest } from '@longshore/oci';
import type { TagFacts } from '../../registry/ports/retention-store.ts';
import { rangeOfPattern } from '../../registry/repository-pattern.ts';
import type { Keep, RetentionRule } from '../../registry/retention-rule.ts';
import { compareVersions, parseVersion, type SemanticVersion } from '../../registry/semantic-version.ts';
import { matchesTag, parseTagPattern } from '../../registry/tag-pattern.ts';
import { Greatest } from './greatest.ts';

const dayMs = 24 * 60 * 60_000;

/** Versions that are held in memory for one rule and repository; what belongs to versions beyond is kept. */
const mostVersions = 100_000;

/** A tag, and the digest of the manifest of this repository to which it belongs, as that of a signature does. */
export interface ExaminedTag extends TagFacts {
  readonly owner: Digest | undefined;
}

/** Whether the rules keep a tag, and why; `rule`: the index of the first that does. */
export interface TagVerdict {
  readonly kept: boolean;
  readonly reason: string;
  readonly rule?: number;
}

/** One rule over one repository. Every tag is shown to `rank` before any is asked of `keeps`. */
interface RuleKeeper {
  readonly rule: number;
  readonly reason: string;
  readonly matches: (tag: string) => boolean;
  readonly rank?: (tag: TagFacts) => void;
  readonly keeps: (tag: TagFacts) => boolean;
}

/** Decides on the tags of one repository, in memory that does not grow with their number. */
export class TagVerdicts {
  readonly #keepers: readonly RuleKeeper[];

  constructor(rules: readonly RetentionRule[], project: string, repository: string, now: number) {
    this.#keepers = rules.flatMap((rule, index) => {
      const range = rangeOfPattern(project, rule.repositories);
      const isCovered = range !== undefined && range.low <= repository && repository < range.high;
      return isCovered ? [keeperOf(rule, index, now)] : [];
    });
  }

  /** Whether any rule is about this repository; where none is, everything stays. */
  get isCovered(): boolean {
    return this.#keepers.length > 0;
  }

  /** Whether a verdict depends on other tags, all of which must then be shown to `rank` first. */
  get needsRanks(): boolean {
    return this.#keepers.some(({ rank }) => rank !== undefined);
  }

  /** Takes a tag into account. */
  rank(tag: ExaminedTag): void {
    if (tag.owner !== undefined) return;
    for (const { matches, rank } of this.#keepers) if (rank !== undefined && matches(tag.name)) rank(tag);
  }

  /** The verdict on a tag. */
  of(tag: ExaminedTag): TagVerdict {
    if (tag.owner !== undefined) return { kept: true, reason: `belongs to ${tag.owner}, and goes when that does` };
    if (!this.isCovered) return { kept: true, reason: 'no rule names this repository' };
    const keeper = this.#keepers.find(({ matches, keeps }) => matches(tag.name) && keeps(tag));
    if (keeper !== undefined) return { kept: true, reason: keeper.reason, rule: keeper.rule };
    return { kept: false, reason: 'no rule keeps it' };
  }
}

function keeperOf({ include, exclude, keep }: RetentionRule, rule: number, now: number): RuleKeeper {
  const [included, excluded] = [patternsOf(include), patternsOf(exclude)];
  const matches = (tag: string) => included.some((matched) => matched(tag)) && !excluded.some((matched) => matched(tag));
  return { rule, reason: describe(keep), matches, ...keeping(keep, now) };
}

function patternsOf(texts: readonly string[]): ((tag: string) => boolean)[] {
  return texts.map((text) => {
    const pattern = parseTagPattern(text);
    if (pattern === undefined) throw new TypeError(`'${text}' is no pattern of tags`);
    return (tag) => matchesTag(pattern, tag);
  });
}

function keeping(keep: Keep, now: number): Pick<RuleKeeper, 'rank' | 'keeps'> {
  switch (keep.kind) {
    case 'all':
      return { keeps: () => true };
    case 'newest':
      return keepNewest(keep.count);
    case 'pushedWithin':
      return { keeps: ({ pushedAt }) => pushedAt >= now - keep.days * dayMs };
    case 'pulledWithin':
      return { keeps: ({ pulledAt }) => pulledAt !== undefined && pulledAt >= now - keep.days * dayMs };
    case 'semver':
      return keepVersions(keep);
  }
}

type Push = Pick<TagFacts, 'name' | 'pushedAt'>;

function keepNewest(count: number): Pick<RuleKeeper, 'rank' | 'keeps'> {
  // Of equal instants, the name decides: the same ones every time.
  const newest = new Greatest<Push>(
    count,
    (left, right) => left.pushedAt - right.pushedAt || (left.name < right.name ? -1 : Number(left.name > right.name)),
  );
  return { rank: ({ name, pushedAt }) => void newest.add({ name, pushedAt }), keeps: (tag) => newest.includes(tag) };
}

function keepVersions({ count, per, prereleases }: Extract<Keep, { kind: 'semver' }>): Pick<RuleKeeper, 'rank' | 'keeps'> {
  // Null: not all of its versions are held.
  const lines = new Map<string, Greatest<SemanticVersion> | null>();
  let held = 0;
  const versionOf = (tag: string): SemanticVersion | undefined => {
    const version = parseVersion(tag);
    return version === undefined || (version.prerelease.length > 0 && !prereleases) ? undefined : version;
  };
  const lineOf = ({ major, minor }: SemanticVersion) => (per === 'major' ? major : `${major}.${minor}`);
  return {
    rank: ({ name }) => {
      const version = versionOf(name);
      if (version === undefined) return;
      const line = lineOf(version);
      const known = lines.get(line);
      if (known === null) return;
      if (held >= mostVersions) {
        // What is not known is kept without a mark.
        if (known !== undefined) lines.set(line, null);
        return;
      }
      const greatest = known ?? new Greatest<SemanticVersion>(count, compareVersions);
      held += greatest.add(version);
      if (known === undefined) lines.set(line, greatest);
    },
    keeps: ({ name }) => {
      const version = versionOf(name);
      return version !== undefined && (lines.get(lineOf(version))?.includes(version) ?? true);
    },
  };
}

function describe(keep: Keep): string {
  switch (keep.kind) {
    case 'all':
      return 'a rule keeps everything that matches it';
    case 'newest':
      return `among the last ${keep.count} pushed`;
    case 'pushedWithin':
      return `pushed within ${keep.days} days`;
    case 'pulledWithin':
      return `pulled within ${keep.days} days`;
    case 'semver':
      return `among the highest ${keep.count} versions of its ${keep.per} version`;
  }
}
