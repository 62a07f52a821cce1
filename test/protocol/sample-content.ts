import { createHash } from 'node:crypto';
import { mediaTypes } from '@longshore/oci';
import { expectAnswer } from './expected-answer.ts';
import type { Answer, TestClient } from './http-client.ts';

export type Json = Record<string, unknown>;

/** Where and as whom something is pushed. */
export interface Place {
  readonly client: TestClient;
  readonly repository: string;
  readonly authorization?: string | undefined;
}

export const octets = { 'content-type': 'application/octet-stream' };

/** The digest of bytes in text form. */
export function digestOf(bytes: Uint8Array | string, algorithm: 'sha256' | 'sha512' = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

export function descriptorOf(bytes: Uint8Array | string, mediaType = 'application/octet-stream'): Json {
  return { mediaType, digest: digestOf(bytes), size: Buffer.byteLength(bytes) };
}

/** Pushes a blob with one POST; returns its digest. */
export async function pushBlob({ client, repository, authorization }: Place, bytes: Uint8Array | string): Promise<string> {
  const digest = digestOf(bytes);
  const answer = await client.send('POST', `/v2/${repository}/blobs/uploads/?digest=${digest}`, {
    headers: octets,
    body: bytes,
    authorization,
  });
  expectAnswer(answer, { status: 201 }, `push of a blob to ${repository}`);
  return digest;
}

/** An OCI image manifest over the empty config and these layers, with further fields. */
export function imageOf(layers: readonly (Uint8Array | string)[], more: Json = {}): Json {
  const config = descriptorOf('{}', mediaTypes.ociConfig);
  return { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: layers.map((layer) => descriptorOf(layer)), ...more };
}

/** Sends a manifest as it is; by its own mediaType unless told. */
export function putManifest(place: Place, reference: string, manifest: Json | string, contentType?: string): Promise<Answer> {
  const body = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
  const type = contentType ?? (typeof manifest === 'string' ? mediaTypes.ociManifest : String(manifest['mediaType']));
  const { client, repository, authorization } = place;
  return client.send('PUT', `/v2/${repository}/manifests/${reference}`, { headers: { 'content-type': type }, body, authorization });
}

/** Pushes an image with its blobs under a tag, or by its digest; returns its digest and bytes. */
export async function pushImage(place: Place, tag: string | undefined, more: Json = {}): Promise<{ digest: string; bytes: string }> {
  const layer = `layer of ${place.repository} ${JSON.stringify(more)}`;
  await pushBlob(place, '{}');
  await pushBlob(place, layer);
  const bytes = JSON.stringify(imageOf([layer], more));
  const digest = digestOf(bytes);
  expectAnswer(await putManifest(place, tag ?? digest, bytes), { status: 201 }, `push of ${place.repository}`);
  return { digest, bytes };
}

/** Starts an upload; returns its location. */
export async function startUpload({ client, repository, authorization }: Place, query = ''): Promise<string> {
  const answer = await client.send('POST', `/v2/${repository}/blobs/uploads/${query}`, { authorization });
  expectAnswer(answer, { status: 202 }, 'start of an upload');
  return String(answer.headers.location);
}
