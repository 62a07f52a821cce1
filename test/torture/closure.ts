import type { Manifest } from '../crash/image.ts';
import type { RepositoryModel } from './repository-model.ts';

/** What belongs to an image in a repository. */
export interface Closure {
  /** What certainly belongs to it: parts before the whole, subjects before what refers to them. */
  readonly certain: readonly Manifest[];
  /** What may. */
  readonly possible: readonly Manifest[];
  /** Tags of signatures beside it and where each may point. */
  readonly tags: ReadonlyMap<string, ReadonlySet<string | undefined>>;
}

const endings = ['', '.sig', '.att', '.sbom'];

/** The tag of a signature of a manifest. */
export function signatureTag(digest: string, ending = '.sig'): string {
  return `${digest.replace(':', '-')}${ending}`;
}

/** The image, what it lists, what refers to any of it, and what stands beside any of it under the tag of a signature; theirs too. */
export function closureOf(model: RepositoryModel, root: Manifest): Closure {
  const certain = new Map<string, Manifest>();
  const possible = new Map<string, Manifest>();
  const tags = new Map<string, ReadonlySet<string | undefined>>();
  const referrers = Map.groupBy(model.manifests, ({ subject }) => subject);
  const names = new Set(model.tags);
  const visit = (digest: string, isCertain: boolean): void => {
    const manifest = model.manifest(digest);
    const counts = isCertain && (model.mustExist(digest) || digest === root.digest);
    if (manifest === undefined || certain.has(digest) || (!counts && possible.has(digest))) return;
    for (const child of manifest.children) visit(child, counts);
    if (counts) possible.delete(digest);
    (counts ? certain : possible).set(digest, manifest);
    for (const referrer of referrers.get(digest) ?? []) visit(referrer.digest, counts);
    for (const tag of endings.map((ending) => signatureTag(digest, ending)).filter((name) => names.has(name))) {
      const targets = model.possible(tag);
      tags.set(tag, counts ? targets : new Set([...targets, undefined]));
      for (const target of targets) if (target !== undefined) visit(target, counts && targets.size === 1);
    }
  };
  visit(root.digest, true);
  return { certain: [...certain.values()], possible: [...possible.values()], tags };
}
