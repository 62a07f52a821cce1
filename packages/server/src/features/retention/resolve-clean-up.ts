import type { RetentionStore } from '../../registry/ports/retention-store.ts';
import type { CleanUp } from './retention-tasks.ts';

const pageSize = 200;

/** What a name stands for, in words, and what is to be cleaned up, project by project, as often as it is gone through. */
export interface CleanUpTarget {
  readonly description: string;
  readonly projects: AsyncIterable<CleanUp>;
}

/** Finds what `name` stands for: a store before a project, a project before a repository. Undefined when it is none. */
export async function resolveCleanUp(
  retention: RetentionStore,
  { name, days, untaggedOnly }: { name: string; days: number; untaggedOnly: boolean },
): Promise<CleanUpTarget | undefined> {
  const { isStore, project, repositoryOf } = await retention.findTargets(name);
  const found = [isStore && 'store', project && 'project', repositoryOf && 'repository'].filter((kind) => typeof kind === 'string');
  const [kind, ...others] = found;
  if (kind === undefined) return undefined;
  const also = others.length === 0 ? '' : ` (there is a ${others.join(' and a ')} of that name too: the ${kind} goes first)`;
  const terms = { days, untaggedOnly };
  async function* projects(): AsyncGenerator<CleanUp> {
    if (isStore) {
      for (let after: string | undefined; ; ) {
        const page = await retention.listProjectsOnStore(name, { limit: pageSize, after });
        for (const each of page) yield { ...each, ...terms };
        if (page.length < pageSize) return;
        after = page.at(-1)?.project;
      }
    } else if (project !== undefined) yield { ...project, ...terms };
    else if (repositoryOf !== undefined) yield { ...repositoryOf, ...terms, repository: name };
  }
  return { description: `${kind} '${name}'${also}`, projects: { [Symbol.asyncIterator]: projects } };
}
