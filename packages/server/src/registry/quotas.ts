import type { RepositoryName } from '@longshore/oci';
import type { Agent } from './ports/agent.ts';
import type { Logger } from './ports/logger.ts';
import type { QuotaExcess, QuotaRefusal } from './ports/quota-excess.ts';
import type { ProjectQuota, QuotaStore } from './ports/quota-store.ts';
import { projectOf } from './project-name.ts';
import { quotaRefusal, readableBytes } from './quota-refusal.ts';
import type { RegistryError } from './registry-error.ts';
import { dayOf } from './utc-day.ts';

/** From this share of a limit on, answers to pushes warn. */
const warnPercent = 80;

export interface QuotasDeps {
  readonly content: QuotaStore;
  readonly logger: Logger;
  readonly now: () => number;
  /** Told of each refusal. */
  readonly onQuotaRefusal: (refusal: QuotaRefusal) => void;
}

/** What clients are told of their project's limits. */
export class Quotas {
  readonly #deps: QuotasDeps;

  constructor(deps: QuotasDeps) {
    this.#deps = deps;
  }

  /** Announces that a change was refused, and answers the refusal. */
  async refuse(excess: QuotaExcess, by: Agent): Promise<RegistryError> {
    const { content, logger, now, onQuotaRefusal } = this.#deps;
    onQuotaRefusal(excess.kind);
    try {
      await content.noteQuotaExceeded({ excess, by, at: now() });
    } catch (cause) {
      logger.warn('It could not be announced that a quota was exceeded.', { project: excess.project, cause });
    }
    return quotaRefusal(excess);
  }

  /** How full the project of a repository is, in one sentence; undefined while nothing is near its limit. */
  async warning(repository: RepositoryName): Promise<string | undefined> {
    const { content, logger, now } = this.#deps;
    try {
      const quota = await content.findQuota(projectOf(repository), dayOf(now()));
      return quota && describe(quota);
    } catch (cause) {
      // What it would go along with has been stored.
      logger.warn('It could not be found out how full a project is.', { repository, cause });
      return undefined;
    }
  }
}

function describe({ project, limits, usedBytes, usedTags }: ProjectQuota): string | undefined {
  const parts: string[] = [];
  const add = (used: number, limit: number | null, text: (value: number) => string, unit: string) => {
    if (limit === null || limit === 0 || used * 100 < limit * warnPercent) return;
    parts.push(`${Math.floor((used * 100) / limit)}% of its quota of ${text(limit)}${unit} (${text(used)})`);
  };
  add(usedBytes, limits.bytes, readableBytes, '');
  add(usedTags, limits.tags, String, ' tags');
  return parts.length === 0 ? undefined : `Project ${project} uses ${parts.join(' and ')}.`;
}
