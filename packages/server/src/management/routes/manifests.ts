import Type, { type Static } from 'typebox';
import type { Authorizer } from '../../registry/ports/authorizer.ts';
import { type BrowseStore, type ManifestDetail, type ManifestSummary, mostNeighbours } from '../../registry/ports/browse-store.ts';
import type { ContentStore } from '../../registry/ports/content-store.ts';
import { digest, formatInstant, instant, repositoryName, tagName } from '../names.ts';
import { listed, listOf, pageOf, pageQuery, sortedBy } from '../paging.ts';
import { ApiError, notFound } from '../problems.ts';
import { defineRoute, type Route } from '../route.ts';
import { isToldActors, toldTo } from '../told-actors.ts';
import { onRepository } from './repositories.ts';
import { type Deleter, requireRepository } from './tags.ts';

const parts = {
  digest,
  mediaType: Type.String(),
  artifactType: Type.Optional(Type.String()),
  sizeBytes: Type.Integer({ description: 'Of the manifest itself.' }),
  subject: Type.Optional(digest),
  pushedAt: instant,
  pushedBy: Type.Optional(Type.String({ description: toldTo })),
  pulls: Type.Integer(),
  lastPulledAt: Type.Optional(instant),
};

const manifest = Type.Object(parts, { $id: 'Manifest', additionalProperties: false });

const detail = Type.Object(
  {
    ...parts,
    tags: Type.Array(tagName),
    references: Type.Array(Type.Object({ kind: Type.Enum(['blob', 'manifest']), digest }, { additionalProperties: false })),
    referrers: Type.Array(Type.Object({ digest, artifactType: Type.Optional(Type.String()) }, { additionalProperties: false })),
  },
  {
    $id: 'ManifestDetail',
    additionalProperties: false,
    description: `Of tags, references (in the manifest) and referrers (whose subject it is) at most ${mostNeighbours} each.`,
  },
);

const manifestContent = Type.Object(
  { mediaType: Type.String(), text: Type.String({ description: 'JSON. Its UTF-8 bytes are those of the digest.' }) },
  { $id: 'ManifestContent', additionalProperties: false },
);

const ofManifest = { repository: repositoryName, digest };

/** Manifests of a repository, what surrounds one, and its end. */
export function manifestRoutes(
  store: BrowseStore & Pick<ContentStore, 'findManifest'>,
  authorizer: Authorizer,
  registry: Deleter,
): Route[] {
  return [list(store, authorizer), one(store, authorizer), content(store), remove(registry)];
}

function list(store: BrowseStore, authorizer: Authorizer): Route {
  const keys = Type.Unsafe<readonly [number, number]>(Type.Tuple([Type.Integer({ minimum: 0 }), Type.Integer({ minimum: 0 })]));
  const type = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 255, description }));
  return defineRoute({
    method: 'GET',
    path: '/repositories/{repository}/manifests',
    operationId: 'listManifests',
    summary: 'Manifests of a repository, the last pushed first',
    tag: 'manifests',
    needs: { action: 'pull', on: onRepository },
    params: { repository: repositoryName },
    query: {
      ...pageQuery,
      sort: sortedBy('-pushedAt'),
      artifactType: type('Only those of this artifact type.'),
      mediaType: type('Only those of this media type; not together with artifactType.'),
    },
    responses: { 200: listOf(manifest) },
    handle: async (request) => {
      const { artifactType, mediaType } = request.query;
      if (artifactType !== undefined && mediaType !== undefined)
        throw new ApiError('invalid-request', { detail: 'Filter by artifactType or by mediaType: leave one of the two out.' });
      const page = await store.browseManifests({ ...request.params, artifactType, mediaType }, pageOf(request, keys));
      await requireRepository(store, request.params.repository, page.items.length);
      const isTold = await isToldActors(authorizer, request.principal, onRepository(request.params));
      return listed(
        request,
        page,
        ({ pushedAt, id }) => [pushedAt, id],
        (each) => show(each, isTold),
      );
    },
  });
}

function one(store: BrowseStore, authorizer: Authorizer): Route {
  return defineRoute({
    method: 'GET',
    path: '/repositories/{repository}/manifests/{digest}',
    operationId: 'getManifest',
    summary: 'One manifest, with its tags, references and referrers',
    tag: 'manifests',
    needs: { action: 'pull', on: onRepository },
    params: ofManifest,
    responses: { 200: detail },
    handle: async ({ params, principal }) => {
      const found = await store.findManifestDetail(params.repository, params.digest);
      if (found === undefined) throw notFound('manifest');
      return { status: 200, body: showDetail(found, await isToldActors(authorizer, principal, onRepository(params))) };
    },
  });
}

function content(store: Pick<ContentStore, 'findManifest'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/repositories/{repository}/manifests/{digest}/content',
    operationId: 'getManifestContent',
    summary: 'What a manifest says, as it was pushed',
    tag: 'manifests',
    needs: { action: 'pull', on: onRepository },
    params: ofManifest,
    responses: { 200: manifestContent },
    handle: async ({ params }) => {
      const found = await store.findManifest(params.repository, { digest: params.digest });
      if (found === undefined) throw notFound('manifest');
      return { status: 200, body: { mediaType: found.mediaType, text: Buffer.from(found.bytes).toString('utf8') } };
    },
  });
}

function remove(registry: Deleter): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/repositories/{repository}/manifests/{digest}',
    operationId: 'deleteManifest',
    summary: 'Deletes a manifest with its tags; not while an index lists it',
    tag: 'manifests',
    needs: { action: 'delete', on: onRepository },
    params: ofManifest,
    responses: { 204: null },
    problems: ['conflict'],
    handle: async ({ params, by }) => {
      await registry.deleteManifest(params.repository, { digest: params.digest }, by);
      return { status: 204 };
    },
  });
}

function show(
  { digest, mediaType, artifactType, sizeBytes, subject, pushedAt, pushedBy, pulls, lastPulledAt }: ManifestSummary,
  isTold: boolean,
) {
  return {
    ...{ digest, mediaType, sizeBytes, pulls },
    ...(isTold && { pushedBy }),
    pushedAt: formatInstant(pushedAt),
    ...(artifactType !== undefined && { artifactType }),
    ...(subject !== undefined && { subject }),
    ...(lastPulledAt !== undefined && { lastPulledAt: formatInstant(lastPulledAt) }),
  };
}

function showDetail(found: ManifestDetail, isTold: boolean): Static<typeof detail> {
  const referrers = found.referrers.map(({ digest, artifactType }) => ({ digest, ...(artifactType !== undefined && { artifactType }) }));
  return { ...show(found, isTold), tags: [...found.tags], references: [...found.references], referrers };
}
