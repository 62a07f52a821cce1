import type { Descriptor, RepositoryName } from '@longshore/oci';
import { type BlobReader, StorageError } from '../../registry/ports/blob-store.ts';
import type { ComparedImage, ComparedLayer } from '../../registry/ports/image-comparer.ts';
import type { ComparisonDeps } from './comparison-deps.ts';
import type { ComparedSide } from './comparison-id.ts';
import { findParts } from './resolve-image.ts';

type PartDeps = Pick<ComparisonDeps, 'content' | 'blobs'>;

/** A larger configuration is not looked into. */
const mostConfigBytes = 4 * 1024 * 1024;

/** An image with the ways to its bytes. Throws when it is gone. */
export async function openImage(deps: PartDeps, side: ComparedSide): Promise<ComparedImage> {
  const parts = await findParts(deps.content, side.repository, side.digest);
  if (parts === undefined) throw new ContentGoneError('One of the images');
  const config = parts.config.size > mostConfigBytes ? new Uint8Array() : await readBlob(deps, side.repository, parts.config);
  return { config, layers: parts.layers.map((layer) => layerOf(deps, side.repository, layer)) };
}

/** A layer that is opened when its bytes are wanted. */
export function layerOf(deps: PartDeps, repository: RepositoryName, { digest, mediaType, size }: Descriptor): ComparedLayer {
  return { digest, mediaType, sizeBytes: size, open: () => openBlob(deps, repository, digest) };
}

async function openBlob({ content, blobs }: PartDeps, repository: RepositoryName, digest: Descriptor['digest']): Promise<BlobReader> {
  const blob = await content.findBlob(repository, digest);
  if (blob === undefined) throw new ContentGoneError(`The blob ${digest}`);
  const reader = await blobs.open(blob, { start: 0, end: blob.sizeBytes - 1 });
  if (reader === undefined) throw new StorageError('failed', `The store has lost ${digest}: push it again.`);
  return reader;
}

async function readBlob(deps: PartDeps, repository: RepositoryName, { digest }: Descriptor): Promise<Uint8Array> {
  const reader = await openBlob(deps, repository, digest);
  try {
    const pieces: Buffer[] = [];
    const take = (piece: Uint8Array) => void pieces.push(Buffer.from(piece));
    if (reader.sizeBytes > 0) await reader.read(0, reader.sizeBytes - 1, take);
    return Buffer.concat(pieces);
  } finally {
    await reader.close();
  }
}

/** Somewhere else it may still be: this says nothing of the images. */
class ContentGoneError extends Error {
  constructor(what: string) {
    super(`${what} is not where it was any more: compare what is there now.`);
    this.name = 'ContentGoneError';
  }
}
