import type { RepositoryName } from '@longshore/oci';
import type { Logger } from './ports/logger.ts';
import type { RetentionStore } from './ports/retention-store.ts';
import { projectOf } from './project-name.ts';
import type { ManifestReference } from './registry.ts';

/** How old the list of temporary projects may be: it only says of which to ask. */
const listedForMs = 10_000;
const pageSize = 200;
const hourMs = 60 * 60_000;

/** What notices need. */
export interface ExpiryNoticesDeps {
  readonly retention: Pick<RetentionStore, 'listTemporaryProjects' | 'findExpiry'>;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Tells whoever pushes to a temporary project, or pulls from it, when that goes. Of all other projects nothing is asked: which are temporary is
 * kept in memory and read again while it is used, so a project that has just become one is known some seconds later.
 */
export class ExpiryNotices {
  readonly #deps: ExpiryNoticesDeps;
  #projects: ReadonlySet<string> = new Set();
  #listedAt = Number.NEGATIVE_INFINITY;

  constructor(deps: ExpiryNoticesDeps) {
    this.#deps = deps;
  }

  /** Whether `notice` may have something to say. */
  mayExpire(repository: RepositoryName): boolean {
    if (this.#deps.now() - this.#listedAt >= listedForMs) this.#listSoon();
    return this.#projects.size > 0 && this.#projects.has(projectOf(repository));
  }

  /** When this goes unless something needs it then, in one sentence; undefined when it stays. Never rejects. */
  async notice(repository: RepositoryName, reference: ManifestReference): Promise<string | undefined> {
    const { retention, logger } = this.#deps;
    try {
      const found = await retention.findExpiry(repository, reference);
      if (found === undefined) return undefined;
      const { pushedAt, expireAfterHours } = found;
      const at = new Date(pushedAt + expireAfterHours * hourMs).toISOString().replace(/\.\d+/, '');
      return `This project is temporary: this goes at ${at}, ${expireAfterHours} hours after its last push, unless something needs it then.`;
    } catch (cause) {
      // What it would go along with has been done.
      logger.warn('It could not be found out when content of a temporary project goes.', { repository, cause });
      return undefined;
    }
  }

  #listSoon(): void {
    this.#listedAt = this.#deps.now();
    this.#list().catch((cause: unknown) => {
      this.#deps.logger.warn('It could not be found out which projects are temporary; it is tried again.', { cause });
    });
  }

  async #list(): Promise<void> {
    const projects = new Set<string>();
    for (let after = 0; ; ) {
      const page = await this.#deps.retention.listTemporaryProjects({ limit: pageSize, after });
      for (const { project } of page) projects.add(project);
      if (page.length < pageSize) break;
      after = page.at(-1)?.projectId ?? after;
    }
    this.#projects = projects;
  }
}
