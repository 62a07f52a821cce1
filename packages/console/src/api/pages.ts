import { type InfiniteData, type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query';
import { bodyOf } from './answer.ts';

/** A page of a list of the API. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** The pages of a list, as far as they were asked for. */
export type Pages<T> = UseInfiniteQueryResult<InfiniteData<Page<T>>>;

/** How often a list is asked for while something of it is under way. */
const everyMs = 2000;

/**
 * A list of the API, page by page. `ask` gets the cursor to put into the query. While `isUnderWay` is true of anything of the first page, it is asked
 * again and again.
 */
export function usePages<T>(
  queryKey: readonly unknown[],
  ask: (at: { cursor?: string }) => Promise<{ data?: Page<T> }>,
  isUnderWay?: (item: T) => boolean,
): Pages<T> {
  return useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => bodyOf(ask(pageParam === '' ? {} : { cursor: pageParam })),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    refetchInterval: ({ state: { data } }) =>
      isUnderWay !== undefined && data?.pages[0]?.items.some(isUnderWay) === true ? everyMs : false,
  });
}
