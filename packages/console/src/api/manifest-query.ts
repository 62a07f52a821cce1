import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';
import { type ManifestContent, readManifest } from './manifest-content.ts';

/** What a manifest of a repository says. It never changes. */
export function manifestContentQuery(repository: string, digest: string) {
  return queryOptions({
    queryKey: ['manifest-content', repository, digest],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<ManifestContent | undefined> => {
      const params = { path: { repository, digest } };
      const { data } = await api.GET('/api/v1/repositories/{repository}/manifests/{digest}/content', { params, signal });
      return data && readManifest(data);
    },
  });
}
