import { parseReference, type RepositoryName } from '@longshore/oci';
import { describeImage } from '@longshore/oci/image';
import Type, { type Static } from 'typebox';
import { digest, repositoryName } from '../../management/names.ts';
import { ApiError } from '../../management/problems.ts';
import { defineRoute, type Route } from '../../management/route.ts';
import type { Resource } from '../../registry/ports/authorizer.ts';
import type { ManifestReference } from '../../registry/registry.ts';
import { type ImageSource, readImage, readImageConfig } from './image-page.ts';
import { mostSizedPlatforms, sizesOfPlatforms } from './image-sizes.ts';

const closed = { additionalProperties: false } as const;
const text = Type.Optional(Type.String());
const texts = Type.Array(Type.String());
const textMap = Type.Record(Type.String(), Type.String());

const number = Type.Optional(Type.Integer({ minimum: 1 }));
const healthCheck = Type.Object(
  { test: texts, intervalSeconds: number, timeoutSeconds: number, retries: number },
  { ...closed, description: 'HEALTHCHECK of a Dockerfile. `test` begins with CMD or CMD-SHELL.' },
);

const config = Type.Object(
  {
    ...{ os: text, architecture: text, variant: text, created: text, author: text, user: text, workingDirectory: text, stopSignal: text },
    ...{
      entrypoint: texts,
      command: texts,
      environment: texts,
      exposedPorts: texts,
      volumes: texts,
      labels: textMap,
      healthCheck: Type.Optional(healthCheck),
    },
  },
  { $id: 'ImageConfig', ...closed, description: 'As whoever pushed the image wrote it.' },
);

const layer = Type.Object({ digest, mediaType: Type.String(), sizeBytes: Type.Integer() }, { $id: 'ImageLayer', ...closed });

const step = Type.Object(
  {
    instruction: Type.String({ description: 'As a line of a Dockerfile, where the builder lets it be seen.' }),
    created: text,
    comment: text,
    isEmptyLayer: Type.Boolean({ description: 'It changed no files.' }),
    layer: Type.Optional(digest),
    sizeBytes: Type.Optional(Type.Integer({ description: 'Of its layer, as stored.' })),
  },
  { $id: 'ImageHistoryStep', ...closed },
);

const platformImage = Type.Object(
  {
    digest,
    mediaType: Type.String(),
    sizeBytes: Type.Integer(),
    totalBytes: Type.Optional(Type.Integer({ description: `As of an image; of the first ${mostSizedPlatforms} images of platforms.` })),
    platform: text,
    artifactType: text,
    annotations: Type.Optional(textMap),
  },
  { $id: 'PlatformImage', ...closed, description: 'An entry of an index; sizeBytes is that of the manifest itself.' },
);

const image = Type.Object(
  {
    digest,
    mediaType: Type.String(),
    kind: Type.Enum(['image', 'index', 'artifact']),
    sizeBytes: Type.Integer({ description: 'Of the manifest itself.' }),
    totalBytes: Type.Integer({ description: 'Of manifest, config and layers as stored; of an index that of its own manifest.' }),
    index: Type.Optional(digest),
    platform: text,
    artifactType: text,
    subject: Type.Optional(digest),
    annotations: textMap,
    platforms: Type.Array(platformImage),
    config: Type.Optional(config),
    configDigest: Type.Optional(digest),
    history: Type.Array(step),
    layers: Type.Array(layer),
  },
  {
    $id: 'Image',
    ...closed,
    description: 'platforms: of an index. config, history and layers: of an image. index: what `platform` was looked for in.',
  },
);

/** A tag or a digest, as in a path of the registry. */
const reference = Type.String({ maxLength: 255, description: 'A tag or a digest.', examples: ['1.27'] });

/** A repository, as what an action is on. */
export const onRepository = ({ repository: name }: { repository: RepositoryName }): Resource => ({ kind: 'repository', name });

/** What an image or an index is made of. */
export function imageRoute(source: ImageSource): Route {
  return defineRoute({
    method: 'GET',
    path: '/repositories/{repository}/images/{reference}',
    operationId: 'getImage',
    summary: 'An image with config, history and layers; an index with its platforms. It is no pull',
    tag: 'images',
    needs: { action: 'pull', on: onRepository },
    params: { repository: repositoryName, reference },
    query: {
      platform: Type.Optional(
        Type.String({
          pattern: '^[a-z0-9_.-]{1,64}(/[a-z0-9_.-]{1,64}){1,2}$',
          description: 'Of an index the image of this platform: os/architecture[/variant].',
          examples: ['linux/amd64'],
        }),
      ),
    },
    responses: { 200: image },
    problems: ['conflict'],
    handle: async ({ params, query }) => ({
      status: 200,
      body: await show(source, params.repository, referenceOf(params.reference), query.platform),
    }),
  });
}

function referenceOf(written: string): ManifestReference {
  const parsed = parseReference(written);
  if (parsed === undefined) throw new ApiError('invalid-request', { detail: 'The reference is neither a tag nor a digest.' });
  return parsed.kind === 'tag' ? { tag: parsed.tag } : { digest: parsed.digest };
}

async function show(
  source: ImageSource,
  repository: RepositoryName,
  wanted: ManifestReference,
  platform: string | undefined,
): Promise<Static<typeof image>> {
  const { stored, manifest, index } = await readImage(source, repository, wanted, platform);
  const read = await readImageConfig(source, repository, manifest);
  const described = describeImage(
    {
      digest: stored.digest,
      mediaType: stored.mediaType,
      sizeBytes: stored.bytes.byteLength,
      manifest,
      ...(index !== undefined && { index }),
    },
    read,
  );
  const sizes = await sizesOfPlatforms(source, repository, manifest.manifests);
  return {
    ...described,
    platforms: described.platforms.map((entry) => {
      const totalBytes = sizes.get(entry.digest);
      return { ...entry, ...(totalBytes !== undefined && { totalBytes }) };
    }),
  };
}
