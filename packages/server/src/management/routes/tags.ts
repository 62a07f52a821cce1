import Type, { type Static } from 'typebox';
import type { Authorizer } from '../../registry/ports/authorizer.ts';
import type { BrowseStore, TagChangeEntry, TagSummary } from '../../registry/ports/browse-store.ts';
import type { Registry } from '../../registry/registry.ts';
import { digest, formatInstant, id, instant, repositoryName, tagName } from '../names.ts';
import { listed, listOf, pageOf, pageQuery, sortedBy } from '../paging.ts';
import { ApiError, notFound } from '../problems.ts';
import { defineRoute, type Route } from '../route.ts';
import { isToldActors, toldTo } from '../told-actors.ts';
import { onRepository } from './repositories.ts';

const tag = Type.Object(
  {
    name: tagName,
    digest,
    mediaType: Type.String(),
    artifactType: Type.Optional(Type.String()),
    sizeBytes: Type.Integer({ description: 'Of the manifest itself.' }),
    updatedAt: instant,
    updatedBy: Type.Optional(Type.String({ description: toldTo })),
    pulls: Type.Integer(),
    lastPulledAt: Type.Optional(instant),
  },
  { $id: 'Tag', additionalProperties: false },
);

const change = Type.Object(
  { id, from: Type.Optional(digest), to: Type.Optional(digest), by: Type.Optional(Type.String({ description: toldTo })), at: instant },
  { $id: 'TagChange', additionalProperties: false, description: 'Without `from` the tag was created, without `to` it was deleted.' },
);

const ofTag = { repository: repositoryName, tag: tagName };

/** What deletes tags and manifests; refuses where deletion is off. */
export type Deleter = Pick<Registry, 'deleteManifest'>;

/** Tags of a repository, their history, and their end. */
export function tagRoutes(store: BrowseStore, authorizer: Authorizer, registry: Deleter): Route[] {
  return [list(store, authorizer), one(store, authorizer), history(store, authorizer), remove(registry)];
}

function list(store: BrowseStore, authorizer: Authorizer): Route {
  const byUpdate = Type.Unsafe<readonly [number, string]>(Type.Tuple([Type.Integer({ minimum: 0 }), Type.String()]));
  return defineRoute({
    method: 'GET',
    path: '/repositories/{repository}/tags',
    operationId: 'listTags',
    summary: 'Tags of a repository',
    tag: 'tags',
    needs: { action: 'list', on: onRepository },
    params: { repository: repositoryName },
    query: {
      ...pageQuery,
      sort: sortedBy('name', '-updatedAt'),
      prefix: Type.Optional(
        Type.String({ pattern: '^[a-zA-Z0-9_.-]{1,128}$', description: 'What the tags begin with; only with the order by name.' }),
      ),
    },
    responses: { 200: listOf(tag) },
    handle: async (request) => {
      const { repository } = request.params;
      const { sort, prefix } = request.query;
      const show = showTo(await isToldActors(authorizer, request.principal, onRepository(request.params)));
      if (sort === '-updatedAt') {
        if (prefix !== undefined)
          throw new ApiError('invalid-request', { detail: 'prefix goes with sort=name only: leave one of the two out.' });
        const page = await store.browseTagsByUpdate({ repository }, pageOf(request, byUpdate));
        await requireRepository(store, repository, page.items.length);
        return listed(request, page, ({ updatedAt, name }) => [updatedAt, name], show);
      }
      const page = await store.browseTags({ repository, prefix }, pageOf(request, Type.String()));
      await requireRepository(store, repository, page.items.length);
      return listed(request, page, ({ name }) => name, show);
    },
  });
}

function one(store: BrowseStore, authorizer: Authorizer): Route {
  return defineRoute({
    method: 'GET',
    path: '/repositories/{repository}/tags/{tag}',
    operationId: 'getTag',
    summary: 'One tag',
    tag: 'tags',
    needs: { action: 'list', on: onRepository },
    params: ofTag,
    responses: { 200: tag },
    handle: async ({ params, principal }) => {
      const summary = await store.findTag(params.repository, params.tag);
      if (summary === undefined) throw notFound('tag');
      return { status: 200, body: showTo(await isToldActors(authorizer, principal, onRepository(params)))(summary) };
    },
  });
}

function history(store: BrowseStore, authorizer: Authorizer): Route {
  return defineRoute({
    method: 'GET',
    path: '/repositories/{repository}/tags/{tag}/history',
    operationId: 'listTagHistory',
    summary: 'What a tag pointed at, the last change first; also of a tag that is gone',
    tag: 'tags',
    needs: { action: 'list', on: onRepository },
    params: ofTag,
    query: pageQuery,
    responses: { 200: listOf(change) },
    handle: async (request) => {
      const page = await store.browseTagHistory(request.params, pageOf(request, Type.Integer({ minimum: 0 })));
      await requireRepository(store, request.params.repository, page.items.length);
      const isTold = await isToldActors(authorizer, request.principal, onRepository(request.params));
      return listed(
        request,
        page,
        (entry) => entry.id,
        (entry) => showChange(entry, isTold),
      );
    },
  });
}

function remove(registry: Deleter): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/repositories/{repository}/tags/{tag}',
    operationId: 'deleteTag',
    summary: 'Deletes a tag; what it points at stays',
    tag: 'tags',
    needs: { action: 'delete', on: onRepository },
    params: ofTag,
    responses: { 204: null },
    handle: async ({ params, by }) => {
      await registry.deleteManifest(params.repository, { tag: params.tag }, by);
      return { status: 204 };
    },
  });
}

/** An empty list may be one of nothing. */
export async function requireRepository(store: BrowseStore, name: Static<typeof repositoryName>, seen: number): Promise<void> {
  if (seen === 0 && (await store.findRepositorySummary(name)) === undefined) throw notFound('repository');
}

function showTo(isTold: boolean): (summary: TagSummary) => Static<typeof tag> {
  return ({ updatedAt, updatedBy, artifactType, lastPulledAt, ...rest }) => ({
    ...rest,
    updatedAt: formatInstant(updatedAt),
    ...(isTold && { updatedBy }),
    ...(artifactType !== undefined && { artifactType }),
    ...(lastPulledAt !== undefined && { lastPulledAt: formatInstant(lastPulledAt) }),
  });
}

function showChange({ id: number, from, to, actor, at }: TagChangeEntry, isTold: boolean): Static<typeof change> {
  return { id: String(number), ...(from && { from }), ...(to && { to }), ...(isTold && { by: actor }), at: formatInstant(at) };
}
