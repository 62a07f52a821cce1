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
