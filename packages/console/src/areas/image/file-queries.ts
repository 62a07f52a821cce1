import type { components } from '@longshore/api-client';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';

export type FileEntry = components['schemas']['FileEntry'];
export type FileText = components['schemas']['FileText'];
export type LayerReading = components['schemas']['LayerReading'];

/** Where files are: in one layer, or in the whole image, which is its layers one over the other. */
export interface FileTree {
  readonly repository: string;
  readonly digest: string;
  readonly kind: 'layer' | 'image';
}

/** How often it is asked how far a first reading is. */
const askAgainMs = 1000;

const isReading = (answer: unknown): answer is LayerReading =>
  typeof answer === 'object' && answer !== null && 'state' in answer && answer.state === 'reading';

type FilePage = { readonly items: readonly FileEntry[]; readonly next?: string };

async function listFiles(
  tree: FileTree,
  path: string,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<FilePage | LayerReading | undefined> {
  const { kind, repository, digest } = tree;
  const query = { limit: 200, ...(path !== '' && { path }), ...(cursor !== undefined && { cursor }) };
  const options = { params: { path: { repository, digest }, query }, signal };
  if (kind === 'layer') return (await api.GET('/api/v1/repositories/{repository}/layers/{digest}/files', options)).data;
  return (await api.GET('/api/v1/repositories/{repository}/images/{digest}/files', options)).data;
}

/** Whether the layers have been read, which the first look makes happen: null, or how far that is. Asks until they are. */
export function readingQuery(tree: FileTree) {
  return queryOptions({
    queryKey: ['files-reading', tree],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<LayerReading | null> => {
      const answer = await listFiles(tree, '', undefined, signal);
      return isReading(answer) ? answer : null;
    },
    refetchInterval: ({ state }) => (isReading(state.data) ? askAgainMs : false),
  });
}

/** What lies in a directory. */
export function filesQuery(tree: FileTree, path: string) {
  return infiniteQueryOptions({
    queryKey: ['files', tree, path],
    staleTime: Number.POSITIVE_INFINITY,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: FilePage | undefined) => page?.next,
    queryFn: async ({ pageParam, signal }): Promise<FilePage | undefined> => {
      const answer = await listFiles(tree, path, pageParam, signal);
      // What was kept of the layers may have made room for others since: then they are read again.
      if (isReading(answer)) throw new Error('reading');
      return answer;
    },
    retry: 60,
    retryDelay: askAgainMs,
  });
}

/** One file, with its text where it is one. */
export function fileQuery({ kind, repository, digest }: FileTree, path: string) {
  return queryOptions({
    queryKey: ['file', kind, repository, digest, path],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<FileText | LayerReading | undefined> => {
      const options = { params: { path: { repository, digest }, query: { path } }, signal };
      if (kind === 'layer') return (await api.GET('/api/v1/repositories/{repository}/layers/{digest}/file', options)).data;
      return (await api.GET('/api/v1/repositories/{repository}/images/{digest}/file', options)).data;
    },
    refetchInterval: ({ state }) => (isReading(state.data) ? askAgainMs : false),
  });
}

/** Where the bytes of a file are, for a link that the browser follows as whoever is signed in. */
export function downloadPath({ kind, repository, digest }: FileTree, path: string): string {
  const place = kind === 'layer' ? 'layers' : 'images';
  return `/api/v1/repositories/${encodeURIComponent(repository)}/${place}/${encodeURIComponent(digest)}/download?path=${encodeURIComponent(path)}`;
}
