import { setImmediate as nextTurn } from 'node:timers/promises';
import { ownerOfTag } from '@longshore/oci';
import type { RetainedRepository, RetentionStore } from '../../registry/ports/retention-store.ts';
import type { ExaminedTag } from './tag-verdicts.ts';

/** Rows that one statement reads: on SQLite it holds up every request. */
const pageSize = 200;

/** What is gone through, and until when. */
export interface Walk {
  readonly retention: RetentionStore;
  readonly signal: AbortSignal;
}

/** Every repository of a project, by name. */
export async function* repositoriesOf({ retention, signal }: Walk, projectId: number): AsyncGenerator<RetainedRepository> {
  for (let after: string | undefined; ; ) {
    signal.throwIfAborted();
    const page = await retention.listProjectRepositories(projectId, { limit: pageSize, after });
    yield* page;
    if (page.length < pageSize) return;
    after = page.at(-1)?.name;
  }
}

/** Every tag of a repository by name, after `after`, in pages between which requests get their turn. */
export async function* tagsOf({ retention, signal }: Walk, repositoryId: number, after?: string): AsyncGenerator<ExaminedTag[]> {
  for (let last = after; ; ) {
    signal.throwIfAborted();
    const page = await retention.listTagFacts(repositoryId, { limit: pageSize, after: last });
    const owners = page.flatMap(({ name }) => ownerOfTag(name) ?? []);
    const present = owners.length === 0 ? undefined : await retention.findPresentManifests(repositoryId, [...new Set(owners)]);
    yield page.map((tag) => {
      const owner = present === undefined ? undefined : ownerOfTag(tag.name);
      return { ...tag, owner: owner !== undefined && present?.has(owner) === true ? owner : undefined };
    });
    if (page.length < pageSize) return;
    last = page.at(-1)?.name;
    await nextTurn();
  }
}
