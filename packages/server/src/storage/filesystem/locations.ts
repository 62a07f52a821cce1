import { randomBytes } from 'node:crypto';
import type { Digest } from '@longshore/oci';
import { digestAlgorithm, digestAlgorithms, digestHex } from '@longshore/oci';
import type { BlobLocation, UploadKey } from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { requireUploadId } from '../upload-id.ts';

const blobFile = /^([0-9a-f]{64}|[0-9a-f]{128})\.[0-9a-f]{16}$/;
const uploadFile = /^([A-Za-z0-9_-]{1,128})\.([1-9][0-9]{0,15})$/;
const hexLengths = { sha256: 64, sha512: 128 } as const;

/** Every shard directory, relative to the store and in the order in which the store is walked. */
export const shardDirectories: readonly string[] = digestAlgorithms.flatMap((algorithm) =>
  Array.from({ length: 256 }, (_, index) => `blobs/${algorithm}/${index.toString(16).padStart(2, '0')}`),
);

/** A location that was never used before: the digest and 64 random bits. */
export function newLocation(digest: Digest): BlobLocation {
  const hex = digestHex(digest);
  return `blobs/${digestAlgorithm(digest)}/${hex.slice(0, 2)}/${hex}.${randomBytes(8).toString('hex')}` as BlobLocation;
}

/** The location of this file in this shard directory; undefined when no blob can have that name there. */
export function locationOf(shard: string, file: string): BlobLocation | undefined {
  const hexLength = blobFile.exec(file)?.[1]?.length;
  const algorithm = digestAlgorithms.find((candidate) => hexLengths[candidate] === hexLength);
  if (algorithm === undefined || shard !== `blobs/${algorithm}/${file.slice(0, 2)}`) return undefined;
  return `${shard}/${file}` as BlobLocation;
}

/**
 * The path of a location relative to the store, after proving that it is one of ours. Locations come from a database
 * that others may have written, so a strange one is a `StorageError`, not an absent blob.
 */
export function pathOfLocation(location: string): string {
  const slash = location.lastIndexOf('/');
  if (locationOf(location.slice(0, slash), location.slice(slash + 1)) === undefined) {
    throw new StorageError('failed', `${JSON.stringify(location.slice(0, 300))} is not a location of a filesystem store.`);
  }
  return location;
}

/** The shard directory that a location lies in. */
export function shardOf(location: BlobLocation): string {
  return location.slice(0, location.lastIndexOf('/'));
}

/** The path of an upload's bytes relative to the store; `StorageError` when id or epoch cannot be part of a file name. */
export function pathOfUpload(key: UploadKey): string {
  requireUploadId(key.id);
  if (!Number.isSafeInteger(key.epoch) || key.epoch < 1) throw new StorageError('failed', `${key.epoch} is not an upload epoch.`);
  return `uploads/${key.id}.${key.epoch}`;
}

/** The upload whose bytes a file in `uploads/` holds; undefined for any other file. */
export function uploadOfFile(file: string): UploadKey | undefined {
  const match = uploadFile.exec(file);
  if (match?.[1] === undefined) return undefined;
  return { id: match[1], epoch: Number(match[2]) };
}
