import type { Digest } from '../digest.ts';
import { digestAlgorithm, parseDigest } from '../digest.ts';
import { splitHeaderList } from '../header-list.ts';
import { acceptedManifestTypes, mediaTypeOf } from '../media-types.ts';
import type { RepositoryName, Tag } from '../reference.ts';
import { digestOf, discardBody, readBytes } from './body.ts';
import { protocolError } from './error.ts';
import type { CallOptions } from './options.ts';
import type { Transport } from './transport.ts';
import { repositoryScope } from './transport.ts';

/** What a registry says about a manifest. */
export interface ManifestInfo {
  /** The media type without parameters; empty when the registry does not say. */
  readonly mediaType: string;
  /** Absent only when a tag is asked for and the registry does not send the digest. */
  readonly digest?: Digest;
  readonly sizeBytes?: number;
}

/** A manifest, its bytes exactly as received and checked against `digest`. */
export interface FetchedManifest {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

/** What reading a manifest may be told: which media types are welcome, all known ones unless given. */
export interface ManifestReadOptions extends CallOptions {
  readonly accept?: readonly string[];
}

/** Reads a manifest; a 404 is thrown as a RegistryClientError, and so are bytes that do not have the digest. */
export async function getManifest(
  transport: Transport,
  name: RepositoryName,
  reference: Tag | Digest,
  maxBytes: number,
  { accept = acceptedManifestTypes, signal }: ManifestReadOptions = {},
): Promise<FetchedManifest> {
  const { response } = await transport.send({
    method: 'GET',
    target: manifestPath(name, reference),
    scopes: [repositoryScope(name, 'pull')],
    headers: { accept: accept.join(', ') },
    expect: [200],
    signal,
  });
  const bytes = await readBytes(response, maxBytes);
  const announced = parseDigest(response.headers.get('docker-content-digest') ?? '');
  const expected = parseDigest(reference) ?? announced;
  const digest = await digestOf(expected === undefined ? 'sha256' : digestAlgorithm(expected), bytes);
  if (expected !== undefined && digest !== expected) throw protocolError(`the manifest ${reference} does not have the digest ${expected}`);
  return { mediaType: mediaTypeOf(response.headers.get('content-type') ?? undefined), digest, bytes };
}

/** Asks about a manifest; undefined when there is none. */
export async function headManifest(
  transport: Transport,
  name: RepositoryName,
  reference: Tag | Digest,
  { accept = acceptedManifestTypes, signal }: ManifestReadOptions = {},
): Promise<ManifestInfo | undefined> {
  const { response } = await transport.send({
    method: 'HEAD',
    target: manifestPath(name, reference),
    scopes: [repositoryScope(name, 'pull')],
    headers: { accept: accept.join(', ') },
    expect: [200, 404],
    signal,
  });
  await discardBody(response);
  if (response.status === 404) return undefined;
  const digest = parseDigest(reference) ?? parseDigest(response.headers.get('docker-content-digest') ?? '');
  const length = response.headers.get('content-length');
  return {
    mediaType: mediaTypeOf(response.headers.get('content-type') ?? undefined),
    ...(digest === undefined ? {} : { digest }),
    ...(length === null ? {} : { sizeBytes: Number(length) }),
  };
}

/** A manifest to push; `tags` are set in the same request where the registry can (only with a digest as reference). */
export interface ManifestToPut extends CallOptions {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly tags?: readonly Tag[];
}

/** What a registry did with a pushed manifest. */
export interface PutManifestResult {
  /** True when the registry keeps the referrers of the manifest's subject itself (`OCI-Subject`). */
  readonly subjectProcessed: boolean;
  /** The tags it has set (`OCI-Tag`). */
  readonly tags: readonly string[];
}

/** Pushes a manifest (distribution specification, "Pushing Manifests"). */
export async function putManifest(
  transport: Transport,
  name: RepositoryName,
  reference: Tag | Digest,
  { bytes, mediaType, tags = [], signal }: ManifestToPut,
): Promise<PutManifestResult> {
  const query = tags.map((tag) => `tag=${encodeURIComponent(tag)}`).join('&');
  const { response } = await transport.send({
    method: 'PUT',
    target: `${manifestPath(name, reference)}${query === '' ? '' : `?${query}`}`,
    scopes: [repositoryScope(name, 'pull', 'push')],
    headers: { 'content-type': mediaType },
    body: bytes,
    expect: [200, 201, 202],
    signal,
  });
  await discardBody(response);
  return {
    subjectProcessed: response.headers.has('oci-subject'),
    tags: splitHeaderList(response.headers.get('oci-tag') ?? '', ','),
  };
}

/** Deletes a tag, or a manifest with all its tags; false when there was none. */
export async function deleteManifest(
  transport: Transport,
  name: RepositoryName,
  reference: Tag | Digest,
  { signal }: CallOptions = {},
): Promise<boolean> {
  const scopes = [repositoryScope(name, 'delete')];
  const { response } = await transport.send({
    method: 'DELETE',
    target: manifestPath(name, reference),
    scopes,
    expect: [200, 202, 204, 404],
    signal,
  });
  await discardBody(response);
  return response.status !== 404;
}

function manifestPath(name: RepositoryName, reference: Tag | Digest): string {
  return `v2/${name}/manifests/${reference}`;
}
