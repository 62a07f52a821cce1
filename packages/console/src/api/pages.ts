import { type InfiniteData, type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query';
import { bodyOf } from './answer.ts';

interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** The pages of a list, as far as they were asked for. */
export type Pages<T> = UseInfiniteQueryResult<InfiniteData<Page<T>>>;

/** A list of the API, page by page. `ask` gets the cursor to put into the query. */
export function usePages<T>(queryKey: readonly unknown[], ask: (at: { cursor?: string }) => Promise<{ data?: Page<T> }>): Pages<T> {
  return useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => bodyOf(ask(pageParam === '' ? {} : { cursor: pageParam })),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
  });
}
