import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { Versioned } from './answer.ts';

/**
 * Something that is about to be changed, as it is when its form opens. It is not asked again while the form is open: whoever saves names the
 * version that they saw, and is told when somebody else was faster.
 */
export function useVersion<T>(queryKey: readonly unknown[], ask: () => Promise<Versioned<T>>): UseQueryResult<Versioned<T>> {
  return useQuery({ queryKey: [...queryKey, 'to-change'], queryFn: ask, staleTime: Number.POSITIVE_INFINITY, gcTime: 0 });
}
