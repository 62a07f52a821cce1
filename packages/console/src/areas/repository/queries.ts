import type { components } from '@longshore/api-client';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';

type Schemas = components['schemas'];
export type Repository = Schemas['Repository'];
export type Tag = Schemas['Tag'];
export type TagChange = Schemas['TagChange'];
export type Manifest = Schemas['Manifest'];
export type Promotion = Schemas['Promotion'];

/** The orders in which tags are listed. */
export type TagSort = 'name' | '-updatedAt';

const limit = 100;
const pages = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page: { next?: string } | undefined) => page?.next,
  // To ask again for a list of pages asks for each of them: only what was changed here does, which says so.
  staleTime: Number.POSITIVE_INFINITY,
};
const at = (cursor: string | undefined) => ({ limit, ...(cursor !== undefined && { cursor }) });

/** Repositories of a project by name, or of all; `find`: those with a word that begins so. */
export function repositoriesQuery({ project, find }: { project: string | undefined; find: string | undefined }) {
  return infiniteQueryOptions({
    ...pages,
    queryKey: ['repositories', { project, find }],
    queryFn: async ({ pageParam, signal }) => {
      if (project !== undefined) {
        const query = { ...at(pageParam), ...(find !== undefined && { prefix: `${project}/${find}` }) };
        return (await api.GET('/api/v1/projects/{project}/repositories', { params: { path: { project }, query }, signal })).data;
      }
      const query = { ...at(pageParam), ...(find !== undefined && { q: find }) };
      return (await api.GET('/api/v1/repositories', { params: { query }, signal })).data;
    },
  });
}

/** One repository. */
export function repositoryQuery(repository: string) {
  return queryOptions({
    queryKey: ['repository', repository],
    queryFn: async ({ signal }) => (await api.GET('/api/v1/repositories/{repository}', { params: { path: { repository } }, signal })).data,
  });
}

/** Tags of a repository; `prefix` goes with the order by name only. */
export function tagsQuery(repository: string, { prefix, sort }: { prefix: string | undefined; sort: TagSort }) {
  return infiniteQueryOptions({
    ...pages,
    queryKey: ['tags', repository, { prefix, sort }],
    queryFn: async ({ pageParam, signal }) => {
      const query = { ...at(pageParam), sort, ...(prefix !== undefined && { prefix }) };
      return (await api.GET('/api/v1/repositories/{repository}/tags', { params: { path: { repository }, query }, signal })).data;
    },
  });
}

/** What a tag pointed at. */
export function tagHistoryQuery(repository: string, tag: string) {
  return infiniteQueryOptions({
    ...pages,
    queryKey: ['tag-history', repository, tag],
    queryFn: async ({ pageParam, signal }) => {
      const params = { path: { repository, tag }, query: { ...at(pageParam), limit: 50 } };
      return (await api.GET('/api/v1/repositories/{repository}/tags/{tag}/history', { params, signal })).data;
    },
  });
}

/** Manifests of a repository, tagged or not. */
export function manifestsQuery(repository: string) {
  return infiniteQueryOptions({
    ...pages,
    queryKey: ['manifests', repository],
    queryFn: async ({ pageParam, signal }) => {
      const params = { path: { repository }, query: at(pageParam) };
      return (await api.GET('/api/v1/repositories/{repository}/manifests', { params, signal })).data;
    },
  });
}

/** What was promoted into a repository. */
export function promotionsQuery(repository: string) {
  return infiniteQueryOptions({
    ...pages,
    queryKey: ['promotions', repository],
    queryFn: async ({ pageParam, signal }) =>
      (await api.GET('/api/v1/promotions', { params: { query: { ...at(pageParam), repository } }, signal })).data,
  });
}

/** What the deletion of a repository would take along. */
export function repositoryLossesQuery(repository: string) {
  return queryOptions({
    queryKey: ['repository-losses', repository],
    staleTime: 0,
    gcTime: 0,
    queryFn: async ({ signal }) =>
      (await api.GET('/api/v1/repositories/{repository}/losses', { params: { path: { repository } }, signal })).data,
  });
}
