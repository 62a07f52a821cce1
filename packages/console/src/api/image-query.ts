import type { components } from '@longshore/api-client';
import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';

/** An image with config, history and layers, or an index with its platforms. */
export type Image = components['schemas']['Image'];

/** What a manifest of a repository is made of. By its digest it never changes. */
export function imageByDigestQuery(repository: string, digest: string) {
  return queryOptions({
    queryKey: ['image-by-digest', repository, digest],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<Image | undefined> => {
      const params = { path: { repository, reference: digest } };
      return (await api.GET('/api/v1/repositories/{repository}/images/{reference}', { params, signal })).data;
    },
  });
}
