import type { components } from '@longshore/api-client';
import { infiniteQueryOptions, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import type { ResultView } from './compare-search.ts';
import type { ComparedFile } from './file-facts.ts';

export type Comparison = components['schemas']['Comparison'];
export type ComparisonResult = NonNullable<Comparison['result']>;

/** A side that can be compared. */
export interface WantedImage {
  readonly repository: string;
  readonly reference: string;
  readonly platform?: string;
}

/** How often it is asked how far a comparison is. */
const askAgainMs = 1000;

/** Whether something may still come of it. */
export const isUnderWay = (comparison: Comparison | undefined) => comparison?.state === 'queued' || comparison?.state === 'running';

const stateKey = (id: string | undefined) => ['comparison', id];

/**
 * The comparison of two images, which is begun by the first look, and how far it is. The registry knows a pair again, so that a reload finds the
 * same one. `restart` begins anew what has failed or was cancelled. `isWanted`: otherwise the look begins nothing.
 */
export function useComparison(from: WantedImage, to: WantedImage, isWanted: boolean) {
  const client = useQueryClient();
  const beginningKey = ['comparison-begun', from, to];
  const begun = useQuery({
    queryKey: beginningKey,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
    // Once: what somebody has cancelled is not begun again because the page asks for everything anew.
    enabled: ({ state }) => isWanted && state.data === undefined,
    queryFn: async () => {
      const comparison = await bodyOf(api.POST('/api/v1/comparisons', { body: { from, to } }));
      client.setQueryData(stateKey(comparison.id), comparison);
      return comparison.id;
    },
  });
  const id = begun.data;
  const state = useQuery({
    queryKey: stateKey(id),
    enabled: id !== undefined,
    // It is asked again anyway.
    retry: false,
    queryFn: ({ signal }) => bodyOf(api.GET('/api/v1/comparisons/{comparison}', { params: { path: { comparison: id ?? '' } }, signal })),
    refetchInterval: (query) => (isUnderWay(query.state.data) ? askAgainMs : false),
  });
  return {
    comparison: id === undefined ? undefined : state.data,
    error: begun.error ?? state.error,
    restart: () => void client.resetQueries({ queryKey: beginningKey }),
    cancel: async () => {
      const params = { path: { comparison: id ?? '' } };
      client.setQueryData(stateKey(id), await bodyOf(api.POST('/api/v1/comparisons/{comparison}/cancel', { params })));
    },
  };
}

/** The platforms of what a side names; none where it is one image. */
export function platformsQuery({ repository, reference }: WantedImage) {
  return queryOptions({
    queryKey: ['platforms', repository, reference],
    queryFn: async ({ signal }) => {
      const params = { path: { repository, reference } };
      const { kind, platforms } = await bodyOf(api.GET('/api/v1/repositories/{repository}/images/{reference}', { params, signal }));
      return kind === 'index' ? platforms.flatMap(({ platform }) => platform ?? []) : [];
    },
  });
}

/** Files that differ, as far as they are asked for. */
export function filesQuery(comparison: string, { change, prefix }: Pick<ResultView, 'change' | 'prefix'>) {
  return infiniteQueryOptions({
    queryKey: ['compared-files', comparison, change, prefix],
    staleTime: Number.POSITIVE_INFINITY,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: { next?: string }) => page.next,
    queryFn: ({ pageParam, signal }) => {
      const filter = { ...(change !== undefined && { change }), ...(prefix !== undefined && { prefix }) };
      const query = { limit: 200, ...filter, ...(pageParam !== undefined && { cursor: pageParam }) };
      return bodyOf(api.GET('/api/v1/comparisons/{comparison}/files', { params: { path: { comparison }, query }, signal }));
    },
  });
}

/** One file that differs; null when it does not. */
export function fileQuery(comparison: string, path: string) {
  return queryOptions({
    queryKey: ['compared-file', comparison, path],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<ComparedFile | null> => {
      // Of all paths that begin so, the path itself is the first.
      const params = { path: { comparison }, query: { prefix: path, limit: 1 } };
      const { items } = await bodyOf(api.GET('/api/v1/comparisons/{comparison}/files', { params, signal }));
      return items.find((file) => file.path === path) ?? null;
    },
  });
}

/** How the text of a file differs. */
export function textQuery(comparison: string, path: string) {
  return queryOptions({
    queryKey: ['compared-text', comparison, path],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) =>
      bodyOf(api.GET('/api/v1/comparisons/{comparison}/text', { params: { path: { comparison }, query: { path } }, signal })),
  });
}
