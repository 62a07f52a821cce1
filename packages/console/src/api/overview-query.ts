import type { components } from '@longshore/api-client';
import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';

/** `GET /overview`. */
export type Overview = components['schemas']['Overview'];

/** What is new and what is wrong, of what whoever looks may see; asked again twice a minute. */
export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  refetchInterval: 30_000,
  queryFn: async ({ signal }) => (await api.GET('/api/v1/overview', { signal })).data ?? null,
});
