import type { components } from '@longshore/api-client';
import { queryOptions } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { bodyOf, versionedOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';

type Schemas = components['schemas'];
export type Project = Schemas['Project'];
export type Quota = Schemas['Quota'];
export type PromotionPolicy = Schemas['PromotionPolicy'];

/** The project that the page is about. */
export function useProjectName(): string {
  return useParams({ strict: false }).project ?? '';
}

/** Everything of a project is remembered below this, so that one call forgets it all. */
export const projectKey = (project: string) => ['project', project] as const;

/** `GET /projects/{project}`. */
export const projectQuery = (project: string) =>
  queryOptions({
    queryKey: projectKey(project),
    queryFn: () => versionedOf(api.GET('/api/v1/projects/{project}', { params: { path: { project } } })),
  });

/** `GET /projects/{project}/quota`. */
export const quotaQuery = (project: string) =>
  queryOptions({
    queryKey: [...projectKey(project), 'quota'],
    queryFn: () => versionedOf(api.GET('/api/v1/projects/{project}/quota', { params: { path: { project } } })),
  });

/** `GET /projects/{project}/promotion`. */
export const promotionQuery = (project: string) =>
  queryOptions({
    queryKey: [...projectKey(project), 'promotion'],
    queryFn: () => versionedOf(api.GET('/api/v1/projects/{project}/promotion', { params: { path: { project } } })),
  });

/** Roles that can be given in a project: those of the registry, and the project's own where they may be seen. */
export const rolesQuery = (project: string) =>
  queryOptions({
    queryKey: [...projectKey(project), 'all-roles'],
    queryFn: async () => {
      const query = { limit: 100 } as const;
      const [builtIn, own] = await Promise.all([
        bodyOf(api.GET('/api/v1/roles', { params: { query } })),
        bodyOf(api.GET('/api/v1/projects/{project}/roles', { params: { path: { project }, query } })),
      ]);
      return [...builtIn.items, ...own.items];
    },
  });
