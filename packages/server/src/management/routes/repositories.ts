import type { RepositoryName } from '@longshore/oci';
import Type, { type Static } from 'typebox';
import type { Authorizer, Resource } from '../../registry/ports/authorizer.ts';
import type { BrowseStore, RepositorySummary } from '../../registry/ports/browse-store.ts';
import { mostSearched, mostTagsCounted } from '../../registry/ports/browse-store.ts';
import type { ContentStore } from '../../registry/ports/content-store.ts';
import { projectOf } from '../../registry/project-name.ts';
import { formatInstant, instant, projectName, repositoryName } from '../names.ts';
import { listed, listedUntil, listOf, pageOf, pageQuery, sortedBy } from '../paging.ts';
import { notFound } from '../problems.ts';
import { defineRoute, type Route } from '../route.ts';

const repository = Type.Object(
  {
    name: repositoryName,
    project: projectName,
    createdAt: instant,
    pushedAt: Type.Optional(instant),
    tagCount: Type.Integer({
      minimum: 0,
      maximum: mostTagsCounted,
      description: `Counted up to ${mostTagsCounted}, which means that or more.`,
    }),
  },
  { $id: 'Repository', additionalProperties: false, description: 'pushedAt: when the youngest of its manifests was pushed.' },
);

/** The repository that a path names, as what an action is on. */
export const onRepository = ({ repository: name }: { repository: Static<typeof repositoryName> }): Resource => ({
  kind: 'repository',
  name,
});

/** Where repositories are looked up. */
type RepositoryStore = BrowseStore & Pick<ContentStore, 'listRepositories'>;

/** Lists of repositories, search, and one of them. */
export function repositoryRoutes(store: RepositoryStore, authorizer: Authorizer): Route[] {
  return [listOfProject(store, authorizer), search(store, authorizer), one(store)];
}

function listOfProject(store: BrowseStore, authorizer: Authorizer): Route {
  return defineRoute({
    method: 'GET',
    path: '/projects/{project}/repositories',
    operationId: 'listRepositories',
    summary: 'Repositories of a project',
    tag: 'repositories',
    needs: { action: 'list', on: ({ project }) => ({ kind: 'project', name: project }) },
    params: { project: projectName },
    query: {
      ...pageQuery,
      sort: sortedBy('name'),
      prefix: Type.Optional(Type.String({ pattern: '^[a-z0-9._/-]{1,255}$', description: 'What the full names begin with.' })),
    },
    responses: { 200: listOf(repository) },
    handle: async (request) => {
      const { project } = request.params;
      const visibility = await authorizer.visible(request.principal, 'list');
      const page = await store.browseRepositories({ project, prefix: request.query.prefix, visibility }, pageOf(request, Type.String()));
      return listed(request, page, ({ name }) => name, show);
    },
  });
}

function search(store: RepositoryStore, authorizer: Authorizer): Route {
  const place = Type.Unsafe<readonly [string, number, number]>(
    Type.Tuple([Type.String(), Type.Integer({ minimum: 0 }), Type.Integer({ minimum: 0 })]),
  );
  return defineRoute({
    method: 'GET',
    path: '/repositories',
    operationId: 'searchRepositories',
    summary: 'Repositories of all projects: by name, or those with a word that begins with a term, exact matches first',
    tag: 'repositories',
    needs: 'anybody',
    query: {
      ...pageQuery,
      q: Type.Optional(
        Type.String({
          pattern: `^[A-Za-z0-9][A-Za-z0-9._/-]{0,${mostSearched - 1}}$`,
          description:
            'A term. Words begin after each character of a name that is no letter or digit. Without one: all that hold something, by name.',
          examples: ['nginx'],
        }),
      ),
    },
    responses: { 200: listOf(repository) },
    handle: async (request) => {
      const visibility = await authorizer.visible(request.principal, 'list');
      const shown = async (names: readonly RepositoryName[]) => (await store.summarizeRepositories(names)).map(show);
      const { q } = request.query;
      if (q === undefined) {
        const { limit, after } = pageOf(request, Type.String());
        const { items, more } = await store.listRepositories(visibility, { limit, after });
        return listedUntil(request, await shown(items), more ? items.at(-1) : undefined);
      }
      const { items, more } = await store.searchRepositories({ term: q.toLowerCase(), visibility }, pageOf(request, place));
      return listedUntil(request, await shown(items.map(({ name }) => name)), more ? items.at(-1)?.place : undefined);
    },
  });
}

function one(store: BrowseStore): Route {
  return defineRoute({
    method: 'GET',
    path: '/repositories/{repository}',
    operationId: 'getRepository',
    summary: 'One repository',
    tag: 'repositories',
    needs: { action: 'list', on: onRepository },
    params: { repository: repositoryName },
    responses: { 200: repository },
    handle: async ({ params }) => {
      const summary = await store.findRepositorySummary(params.repository);
      if (summary === undefined) throw notFound('repository');
      return { status: 200, body: show(summary) };
    },
  });
}

function show({ name, createdAt, pushedAt, tagCount }: RepositorySummary): Static<typeof repository> {
  return {
    name,
    project: projectOf(name),
    createdAt: formatInstant(createdAt),
    ...(pushedAt !== undefined && { pushedAt: formatInstant(pushedAt) }),
    tagCount,
  };
}
