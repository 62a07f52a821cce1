import { digestOf } from './registry-client.ts';

/** Bytes with their digest. */
export interface Blob {
  readonly digest: string;
  readonly bytes: Uint8Array;
}

/** A manifest as bytes, with what a client has to push before it. */
export interface Manifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly blobs: readonly Blob[];
  /** Digests of the manifests that it lists, for an index. */
  readonly children: readonly string[];
  readonly subject: string | undefined;
}

const imageType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';
const configType = 'application/vnd.oci.image.config.v1+json';
const layerType = 'application/vnd.oci.image.layer.v1.tar';

/** Bytes as a blob. */
export function blobOf(bytes: Uint8Array, algorithm: 'sha256' | 'sha512' = 'sha256'): Blob {
  return { digest: digestOf(bytes, algorithm), bytes };
}

/** An image of these layers; `subject` makes it a referrer. */
export function imageOf(config: Blob, layers: readonly Blob[], subject?: Manifest, algorithm: 'sha256' | 'sha512' = 'sha256'): Manifest {
  const body = {
    schemaVersion: 2,
    mediaType: imageType,
    config: { mediaType: configType, digest: config.digest, size: config.bytes.byteLength },
    layers: layers.map(({ digest, bytes }) => ({ mediaType: layerType, digest, size: bytes.byteLength })),
    ...(subject === undefined ? {} : { subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.bytes.byteLength } }),
  };
  return manifestOf(body, imageType, [config, ...layers], [], subject?.digest, algorithm);
}

/** An index of these manifests; `name` makes it differ from another index of the same. */
export function indexOf(children: readonly Manifest[], name: string): Manifest {
  const manifests = children.map(({ mediaType, digest, bytes }) => ({ mediaType, digest, size: bytes.byteLength }));
  const body = { schemaVersion: 2, mediaType: indexType, manifests, annotations: { name } };
  return manifestOf(
    body,
    indexType,
    [],
    manifests.map((child) => child.digest),
    undefined,
    'sha256',
  );
}

function manifestOf(
  body: object,
  mediaType: string,
  blobs: readonly Blob[],
  children: readonly string[],
  subject: string | undefined,
  algorithm: 'sha256' | 'sha512',
): Manifest {
  const bytes = Buffer.from(JSON.stringify(body));
  return { digest: digestOf(bytes, algorithm), mediaType, bytes, blobs, children, subject };
}
