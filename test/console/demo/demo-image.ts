import { mediaTypes } from '@longshore/oci';
import { descriptorOf, digestOf, type Json, type Place, pushBlob, putManifest } from '../../protocol/sample-content.ts';

/** One step of a build: what its author wrote, and the layer that came of it, where one did. */
export interface Step {
  readonly line: string;
  readonly layer?: Buffer;
}

/** An image of one platform. */
export interface DemoImage {
  readonly architecture: string;
  readonly variant?: string;
  readonly created: string;
  readonly steps: readonly Step[];
  /** As of `docker inspect`: Env, Cmd, Labels. */
  readonly config: Json;
}

const gzipped = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** Pushes an image; answers its descriptor, as an index lists it. */
export async function pushDemoImage(place: Place, image: DemoImage, annotations?: Json): Promise<Json> {
  const layers = image.steps.flatMap(({ layer }) => layer ?? []);
  for (const layer of layers) await pushBlob(place, layer);
  const platform = { architecture: image.architecture, os: 'linux', ...(image.variant && { variant: image.variant }) };
  const config = JSON.stringify({
    ...platform,
    created: image.created,
    config: image.config,
    history: image.steps.map(({ line, layer }) => ({ created: image.created, created_by: line, ...(layer ? {} : { empty_layer: true }) })),
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => digestOf(layer)) },
  });
  await pushBlob(place, config);
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: descriptorOf(config, mediaTypes.ociConfig),
    layers: layers.map((layer) => descriptorOf(layer, gzipped)),
    ...(annotations && { annotations }),
  };
  await put(place, digestOf(JSON.stringify(manifest)), manifest);
  return { ...descriptorOf(JSON.stringify(manifest), mediaTypes.ociManifest), platform };
}

/** Pushes an index of images under tags; answers its digest. */
export async function pushDemoIndex(
  place: Place,
  tags: readonly string[],
  images: readonly DemoImage[],
  annotations: Json,
): Promise<string> {
  const manifests: Json[] = [];
  for (const image of images) manifests.push(await pushDemoImage(place, image));
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests, annotations };
  for (const tag of tags) await put(place, tag, index);
  return digestOf(JSON.stringify(index));
}

/** Attaches something to a manifest: a signature, a list of what is in it; answers its digest. */
export async function attach(place: Place, subject: Json, artifactType: string, content: string, annotations: Json = {}): Promise<Json> {
  await pushBlob(place, '{}');
  await pushBlob(place, content);
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    artifactType,
    config: descriptorOf('{}', 'application/vnd.oci.empty.v1+json'),
    layers: [descriptorOf(content, artifactType)],
    subject,
    annotations,
  };
  await put(place, digestOf(JSON.stringify(manifest)), manifest);
  return descriptorOf(JSON.stringify(manifest), mediaTypes.ociManifest);
}

async function put(place: Place, reference: string, manifest: Json): Promise<void> {
  const { status, body } = await putManifest(place, reference, manifest);
  if (status !== 201) throw new Error(`The push of ${place.repository} was answered by ${status}: ${body.toString()}`);
}
