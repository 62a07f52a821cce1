import type { components } from '@longshore/api-client';

/** A file that differs. */
export type ComparedFile = components['schemas']['ComparedFile'];

/** A file as one side has it. */
type FileSide = NonNullable<ComparedFile['from']>;

/** Bytes of the content of what has some: directories and links have none, not even 0. */
export const sizeOf = (side: FileSide | undefined): number | undefined => (side?.kind === 'file' ? side.sizeBytes : undefined);

/** What is told of a file on both sides, and whether it differs where both have it. */
export interface FileFact {
  readonly name: 'kind' | 'content' | 'mode' | 'owner' | 'target';
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly differs: boolean;
}

/** Kind, content, mode, owner, and where a link leads. */
export function fileFacts({ from, to }: ComparedFile): readonly FileFact[] {
  const fact = (name: FileFact['name'], of: (side: FileSide) => string | undefined): FileFact => {
    const [before, after] = [from && of(from), to && of(to)];
    return { name, from: before, to: after, differs: from !== undefined && to !== undefined && before !== after };
  };
  return [
    fact('kind', ({ kind }) => kind),
    fact('content', ({ sha256 }) => sha256),
    fact('mode', ({ mode }) => mode),
    fact('owner', ({ uid, gid }) => `${uid}:${gid}`),
    fact('target', ({ target }) => target),
  ];
}
