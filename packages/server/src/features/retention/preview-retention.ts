import type { Digest, RepositoryName, Tag } from '@longshore/oci';
import type { RemovalPreview, RetainedRepository, RetentionCounts } from '../../registry/ports/retention-store.ts';
import { repositoriesOf, tagsOf, type Walk } from './examined-tags.ts';
import type { RetentionDeps, RetentionTask } from './retention-deps.ts';
import { type ExaminedTag, TagVerdicts } from './tag-verdicts.ts';

/** Why a tag would stay or go: a rule keeps it or none does, no rule names its repository, it belongs to another image, a tag rule, a lease. */
export const previewCauses = ['rule', 'no-rule', 'not-named', 'owner', 'tag-rule', 'in-use'] as const;
export type PreviewCause = (typeof previewCauses)[number];

/** A tag with what a run would do to it. */
export interface PreviewedTag {
  readonly repository: RepositoryName;
  readonly name: Tag;
  readonly digest: Digest;
  readonly pushedAt: number;
  readonly pulledAt: number | undefined;
  readonly kept: boolean;
  readonly reason: string;
  readonly cause: PreviewCause;
  /** Index of the rule that keeps it. */
  readonly rule: number | undefined;
}

/** What a run would do to a project. `freedBytes`: of blobs that nothing else needs, once garbage is collected. */
export interface PreviewSummary extends RetentionCounts {
  readonly freedBytes: number;
  /** Whether nothing would be left, which a run does only where `allowEmpty` is set. */
  readonly isEmptied: boolean;
}

/** What a run would do to one repository. */
export interface PreviewedRepository extends RetentionCounts {
  readonly repository: RepositoryName;
}

/** A page of tags, by repository and name. */
export interface RetentionPreview {
  /** By name; only those that lose something. */
  readonly repositories: readonly PreviewedRepository[];
  readonly items: readonly PreviewedTag[];
  readonly more: boolean;
  readonly summary: PreviewSummary;
}

/** Which page. */
export interface PreviewPage {
  readonly limit: number;
  readonly after?: { readonly repository: string; readonly tag: string } | undefined;
  readonly signal: AbortSignal;
}

/**
 * What a run would do now, found as a run finds it, and nothing is changed: each page goes through the whole project, since what goes
 * with a manifest is known only then.
 */
export async function previewRetention(deps: RetentionDeps, task: RetentionTask, page: PreviewPage): Promise<RetentionPreview> {
  const { retention, clock } = deps;
  const { signal } = page;
  const preview = new Previewing({ retention, signal }, task, clock(), page);
  const before = preview.at - task.graceMs;
  const repositoryIds: number[] = [];
  if (task.untaggedAfterMs !== undefined) for await (const { id } of preview.repositories()) repositoryIds.push(id);
  const loose = task.untaggedAfterMs === undefined ? undefined : { repositoryIds, before: preview.at - task.untaggedAfterMs };
  const found = await retention.previewRemoval({ tags: preview.doomed(), before, at: preview.at, loose, signal }, preview.note);
  // Where no tags are looked at, those of signatures may go all the same.
  const tagsKept = Math.max(0, preview.seen - found.tags);
  return {
    repositories: preview.repositoriesOf(found),
    items: preview.items(),
    more: preview.hasMore,
    summary: {
      tagsKept,
      tagsRemoved: found.tags,
      manifestsRemoved: found.manifests,
      freedBytes: found.bytes,
      isEmptied: task.tags && found.tags > 0 && preview.keptByRules === 0,
    },
  };
}

interface Shown {
  readonly repository: RetainedRepository;
  readonly tag: ExaminedTag;
  readonly kept: boolean;
  readonly reason: string;
  readonly rule: number | undefined;
}

class Previewing {
  readonly at: number;
  seen = 0;
  keptByRules = 0;
  hasMore = false;
  readonly #names = new Map<number, RepositoryName>();
  readonly #seenOf = new Map<number, number>();
  readonly #walk: Walk;
  readonly #task: RetentionTask;
  readonly #page: PreviewPage;
  readonly #shown = new Map<string, Shown>();
  readonly #removed = new Set<string>();
  readonly #keptByRule = new Set<string>();

  constructor(walk: Walk, task: RetentionTask, at: number, page: PreviewPage) {
    this.#walk = walk;
    this.#task = task;
    this.#page = page;
    this.at = at;
  }

  async *repositories(): AsyncGenerator<RetainedRepository> {
    for await (const repository of repositoriesOf(this.#walk, this.#task.projectId)) {
      if (this.#task.repository !== undefined && this.#task.repository !== repository.name) continue;
      this.#names.set(repository.id, repository.name);
      yield repository;
    }
  }

  /** Every repository that loses something. */
  repositoriesOf({ repositories }: RemovalPreview): PreviewedRepository[] {
    const found = [...repositories].flatMap(([id, { tags, manifests }]) => {
      const repository = this.#names.get(id);
      const tagsKept = Math.max(0, (this.#seenOf.get(id) ?? 0) - tags);
      return repository === undefined ? [] : [{ repository, tagsKept, tagsRemoved: tags, manifestsRemoved: manifests }];
    });
    return found.sort((left, right) => (left.repository < right.repository ? -1 : 1));
  }

  /** The tags that the rules do not keep; what belongs on the page is noted on the way. */
  async *doomed(): AsyncGenerator<{ repositoryId: number; names: Tag[] }> {
    if (!this.#task.tags) return;
    for await (const repository of this.repositories()) {
      const verdicts = new TagVerdicts(this.#task.rules, this.#task.project, repository.name, this.at);
      if (verdicts.needsRanks) for await (const tags of tagsOf(this.#walk, repository.id)) for (const tag of tags) verdicts.rank(tag);
      for await (const tags of tagsOf(this.#walk, repository.id)) {
        this.seen += tags.length;
        this.#seenOf.set(repository.id, (this.#seenOf.get(repository.id) ?? 0) + tags.length);
        const judged = tags.map((tag) => ({ tag, ...verdicts.of(tag) }));
        for (const { tag, kept, reason, rule } of judged) this.#show({ repository, tag, kept, reason, rule });
        this.keptByRules += judged.filter(({ tag, kept }) => kept && tag.owner === undefined).length;
        const names = judged.filter(({ kept }) => !kept).map(({ tag }) => tag.name);
        if (names.length > 0) yield { repositoryId: repository.id, names };
      }
    }
  }

  /** Notes a tag that would go, or that a rule over tags keeps from it. */
  readonly note = ({ repositoryId, name, keptByRule }: { repositoryId: number; name: Tag; keptByRule: boolean }): void => {
    const key = `${repositoryId} ${name}`;
    if (this.#shown.has(key)) (keptByRule ? this.#keptByRule : this.#removed).add(key);
  };

  /** The page, when everything is noted. */
  items(): PreviewedTag[] {
    return [...this.#shown].map(([key, { repository, tag, kept, reason, rule }]) => {
      const isRemoved = this.#removed.has(key);
      const { name, digest, pushedAt, pulledAt, owner } = tag;
      const why = () => {
        if (this.#keptByRule.has(key)) return 'a tag rule keeps it (immutable or protected)';
        if (!kept && !isRemoved) return 'in use: a lease holds its content';
        return owner !== undefined && isRemoved ? `goes with ${owner}` : reason;
      };
      const cause = (): PreviewCause => {
        if (this.#keptByRule.has(key)) return 'tag-rule';
        if (!kept && !isRemoved) return 'in-use';
        if (owner !== undefined) return 'owner';
        return rule !== undefined ? 'rule' : kept ? 'not-named' : 'no-rule';
      };
      return { repository: repository.name, name, digest, pushedAt, pulledAt, kept: !isRemoved, reason: why(), cause: cause(), rule };
    });
  }

  #show(shown: Shown): void {
    const { after, limit } = this.#page;
    const { repository, tag } = shown;
    const isBehind =
      after === undefined || repository.name > after.repository || (repository.name === after.repository && tag.name > after.tag);
    if (!isBehind) return;
    if (this.#shown.size < limit) this.#shown.set(`${repository.id} ${tag.name}`, shown);
    else this.hasMore = true;
  }
}
