import type { components } from '@longshore/api-client';
import { queryOptions } from '@tanstack/react-query';
import { bodyOf } from './answer.ts';
import { api } from './client.ts';

/** What a role may allow. */
export type Action = components['schemas']['Role']['actions'][number];

/** Where something is to be done: in all of a project, or in one repository, on which somebody may hold more. */
export type Place = { readonly project: string } | { readonly repository: string };

/** What whoever looks may do there. */
export const rightsQuery = (place: Place) =>
  queryOptions({
    queryKey: 'project' in place ? ['project', place.project, 'rights'] : ['repository-rights', place.repository],
    queryFn: async () => {
      const { rights } = await bodyOf(
        'project' in place
          ? api.GET('/api/v1/projects/{project}/access', { params: { path: place } })
          : api.GET('/api/v1/repositories/{repository}/access', { params: { path: place } }),
      );
      return new Map(rights.map((right) => [right.action, right] as const));
    },
  });
