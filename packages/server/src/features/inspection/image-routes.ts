import { type Descriptor, parseReference, type RepositoryName } from '@longshore/oci';
import Type, { type Static } from 'typebox';
import { digest, repositoryName } from '../../management/names.ts';
import { ApiError } from '../../management/problems.ts';
import { defineRoute, type Route } from '../../management/route.ts';
import type { Resource } from '../../registry/ports/authorizer.ts';
import type { ManifestReference } from '../../registry/registry.ts';
import { stepsOf } from './history-steps.ts';
import type { ImageConfig } from './image-config.ts';
import { type ImageSource, isImage, platformOf, readImage, readImageConfig } from './image-page.ts';

const closed = { additionalProperties: false } as const;
const text = Type.Optional(Type.String());
const texts = Type.Array(Type.String());
const textMap = Type.Record(Type.String(), Type.String());

const config = Type.Object(
  {
    ...{ os: text, architecture: text, variant: text, created: text, author: text, user: text, workingDirectory: text, stopSignal: text },
    ...{ entrypoint: texts, command: texts, environment: texts, exposedPorts: texts, volumes: texts, labels: textMap },
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
  { digest, mediaType: Type.String(), sizeBytes: Type.Integer(), platform: text, artifactType: text, annotations: Type.Optional(textMap) },
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
  const layers = manifest.kind === 'index' ? [] : manifest.layers;
  const ofConfig = manifest.config;
  const sizeBytes = stored.bytes.byteLength;
  const platformText = read?.config === undefined ? undefined : textOfPlatform(read.config);
  return {
    digest: stored.digest,
    mediaType: stored.mediaType,
    kind: manifest.kind === 'index' ? 'index' : isImage(manifest) ? 'image' : 'artifact',
    sizeBytes,
    totalBytes: layers.reduce((sum, { size }) => sum + size, sizeBytes + (ofConfig?.size ?? 0)),
    ...(index !== undefined && { index }),
    ...(platformText !== undefined && { platform: platformText }),
    ...(manifest.artifactType !== undefined && { artifactType: manifest.artifactType }),
    ...(manifest.subject !== undefined && { subject: manifest.subject.digest }),
    annotations: { ...manifest.annotations },
    platforms: manifest.manifests.map(showPlatform),
    ...(ofConfig !== undefined && { configDigest: ofConfig.digest }),
    ...(read !== undefined && { config: showConfig(read.config) }),
    history: stepsOf(read?.history ?? [], layers).map(({ instruction, created, comment, isEmptyLayer, layer: made }) => ({
      instruction,
      isEmptyLayer,
      ...(created !== undefined && { created }),
      ...(comment !== undefined && { comment }),
      ...(made !== undefined && { layer: made.digest, sizeBytes: made.size }),
    })),
    layers: layers.map((each) => ({ digest: each.digest, mediaType: each.mediaType, sizeBytes: each.size })),
  };
}

function textOfPlatform({ os, architecture, variant }: ImageConfig): string | undefined {
  return os === undefined || architecture === undefined ? undefined : [os, architecture, variant].filter(Boolean).join('/');
}

function showConfig({ entrypoint, command, environment, exposedPorts, volumes, labels, ...rest }: ImageConfig): Static<typeof config> {
  return {
    ...rest,
    entrypoint: [...entrypoint],
    command: [...command],
    environment: [...environment],
    exposedPorts: [...exposedPorts],
    volumes: [...volumes],
    labels: { ...labels },
  };
}

function showPlatform(descriptor: Descriptor): Static<typeof platformImage> {
  const { digest: which, mediaType, size, artifactType, annotations } = descriptor;
  const platform = platformOf(descriptor);
  return {
    digest: which,
    mediaType,
    sizeBytes: size,
    ...(platform !== undefined && { platform }),
    ...(artifactType !== undefined && { artifactType }),
    ...(annotations !== undefined && { annotations: { ...annotations } }),
  };
}
