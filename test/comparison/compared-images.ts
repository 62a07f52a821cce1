import { readFile } from 'node:fs/promises';
import type { ApiClient, components } from '../../packages/api-client/src/index.ts';
import { HttpClient } from '../protocol/http-client.ts';
import { basicAuthorization } from '../protocol/registry-fixture.ts';
import { digestOf, type Json, type Place, pushBlob, putManifest } from '../protocol/sample-content.ts';
import type { Longshore } from '../tools/longshore.ts';

/** A layer of a test: a file with an archive, packed or not. */
export interface LayerFile {
  readonly file: string;
  readonly mediaType?: string;
}

interface LayeredImage {
  readonly tag: string;
  readonly layers: readonly LayerFile[];
  readonly config?: Json;
}

/** Pushes an image of these layers, the lowest first, as the administrator; answers its digest. */
export async function pushLayers(
  server: Longshore,
  { repository, ...image }: LayeredImage & { readonly repository: string },
): Promise<string> {
  const client = new HttpClient(server.url);
  try {
    return await pushLayersTo({ client, repository, authorization: basicAuthorization('admin', server.adminPassword) }, image);
  } finally {
    client.close();
  }
}

/** Pushes an image of these layers, the lowest first, there; answers its digest. */
export async function pushLayersTo(place: Place, { tag, layers, config = {} }: LayeredImage): Promise<string> {
  const pushed: Json[] = [];
  for (const { file, mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip' } of layers) {
    const bytes = await readFile(file);
    pushed.push({ mediaType, digest: await pushBlob(place, bytes), size: bytes.byteLength });
  }
  const text = JSON.stringify({ architecture: 'amd64', os: 'linux', config, rootfs: { type: 'layers', diff_ids: [] } });
  const described = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: await pushBlob(place, text), size: text.length };
  const manifest = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config: described, layers: pushed };
  const answer = await putManifest(place, tag, manifest);
  if (answer.status !== 201) throw new Error(`The push of ${place.repository}:${tag} was answered by ${answer.status}.`);
  return digestOf(JSON.stringify(manifest));
}

export type ShownComparison = components['schemas']['Comparison'];

/** Asks for a comparison, and again until it has ended. */
export async function compared(api: ApiClient, from: { repository: string; reference: string }, to: typeof from): Promise<ShownComparison> {
  const { data } = await api.POST('/api/v1/comparisons', { body: { from, to } });
  if (data === undefined) throw new Error('The request for a comparison was not answered.');
  return ended(api, data);
}

/** The comparison when it has ended. */
export async function ended(api: ApiClient, begun: ShownComparison): Promise<ShownComparison> {
  for (let shown = begun; ; ) {
    if (shown.state !== 'queued' && shown.state !== 'running') return shown;
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { data } = await api.GET('/api/v1/comparisons/{comparison}', { params: { path: { comparison: begun.id } } });
    if (data === undefined) throw new Error('The comparison was not answered.');
    shown = data;
  }
}
