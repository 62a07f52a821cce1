import type { Digest, RepositoryName } from '@longshore/oci';
import Type from 'typebox';
import { digest, repositoryName } from '../../management/names.ts';
import { defineRoute, type Route } from '../../management/route.ts';
import type { Referrer } from '../../registry/ports/content-store.ts';
import type { Registry } from '../../registry/registry.ts';
import { onRepository } from './image-routes.ts';

/** Of a tree so much is shown: each manifest in it costs a question. */
const mostShown = 200;
/** Signatures of attestations of an image are three deep. */
const mostDepth = 5;

const referrer = Type.Object(
  {
    subject: digest,
    digest,
    mediaType: Type.String(),
    artifactType: Type.Optional(Type.String()),
    sizeBytes: Type.Integer({ description: 'Of the manifest itself.' }),
    annotations: Type.Optional(Type.Record(Type.String(), Type.String())),
  },
  { $id: 'Referrer', additionalProperties: false },
);

const tree = Type.Object(
  { referrers: Type.Array(referrer), isCut: Type.Boolean({ description: 'There are more than are shown.' }) },
  {
    $id: 'ReferrerTree',
    additionalProperties: false,
    description: `What refers to a manifest, and to that: at most ${mostShown}, ${mostDepth} deep. The parent of each is its subject, which comes before it.`,
  },
);

/** What is needed to follow referrers. */
export type ReferrerSource = Pick<Registry, 'statManifest' | 'listReferrers'>;

/** Signatures, bills of materials and attestations of a manifest, and theirs. */
export function referrerRoute(source: ReferrerSource): Route {
  return defineRoute({
    method: 'GET',
    path: '/repositories/{repository}/manifests/{digest}/referrers',
    operationId: 'getReferrers',
    summary: 'What refers to a manifest: signatures, bills of materials, attestations, and what refers to those',
    tag: 'manifests',
    needs: { action: 'pull', on: onRepository },
    params: { repository: repositoryName, digest },
    responses: { 200: tree },
    handle: async ({ params }) => {
      const subject = await source.statManifest(params.repository, { digest: params.digest });
      const { items, isCut } = await treeOf(source, params.repository, subject.digest);
      const shown = items.map(({ subject: parent, artifactType, annotations, ...rest }) => ({
        subject: parent,
        ...rest,
        ...(artifactType !== undefined && { artifactType }),
        ...(annotations !== undefined && { annotations }),
      }));
      return { status: 200, body: { referrers: shown, isCut } };
    },
  });
}

type Found = Referrer & { readonly subject: Digest };

/** Level by level. A manifest that was shown already is not followed again. */
async function treeOf(source: ReferrerSource, repository: RepositoryName, root: Digest): Promise<{ items: Found[]; isCut: boolean }> {
  const items: Found[] = [];
  const seen = new Set([root]);
  let isCut = false;
  let level = [root];
  for (let depth = 0; depth < mostDepth && level.length > 0; depth += 1) {
    const next: Digest[] = [];
    for (const subject of level) {
      const limit = mostShown - items.length;
      if (limit === 0) return { items, isCut: true };
      const found = await source.listReferrers(repository, subject, undefined, { limit });
      isCut ||= found.more;
      for (const each of found.items) {
        items.push({ ...each, subject });
        if (seen.has(each.digest)) continue;
        seen.add(each.digest);
        next.push(each.digest);
      }
    }
    level = next;
  }
  return { items, isCut };
}
