/** An image by name: a repository, with a tag or a digest where one is chosen. */
export interface ImageName {
  readonly repository: string;
  readonly reference?: string;
}

/** `team/app:1.0`, `team/app@sha256:...`, or the repository alone. */
export function imageText({ repository, reference }: ImageName): string {
  if (reference === undefined) return repository;
  return `${repository}${reference.includes(':') ? '@' : ':'}${reference}`;
}

/** Reads such a text; undefined for what names no repository. What no tag can be called is a reference as well: it stays for whoever typed it. */
export function parseImageText(text: string): ImageName | undefined {
  const [, repository = '', digest, tag] = /^([a-z0-9][a-z0-9._/-]*)(?:@(.+)|:(.+))?$/.exec(text) ?? [];
  const reference = digest ?? tag;
  if (repository === '') return undefined;
  return { repository, ...(reference !== undefined && { reference }) };
}

/**
 * What images somebody may mean who types or pastes this, likeliest first: a name as the registry has it, or as commands take it, with the address of
 * a registry before it. Whether there is a repository of that name is not known here.
 */
export function namesMeant(text: string): readonly ImageName[] {
  const bare = text.trim().replace(/^(?:https?|docker):\/\//, '');
  // The first part of a repository's own name may have dots, too.
  const withoutHost = /^(?:localhost|[^/]*[.:][^/]*)\/(.+)$/.exec(bare)?.[1];
  return [bare, withoutHost ?? ''].flatMap((name) => {
    const [, repository, tag, digest] = /^([a-z0-9][a-z0-9._/-]*)(?::(\w[\w.-]*))?(?:@(\w+:\w+))?$/.exec(name) ?? [];
    const reference = digest ?? tag;
    return repository === undefined ? [] : [{ repository, ...(reference !== undefined && { reference }) }];
  });
}
