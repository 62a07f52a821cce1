import { randomBytes } from 'node:crypto';
import { type Digest, digestAlgorithm, digestHex, parseDigest } from '@longshore/oci';

/** Where fetches write, relative to the cache's directory. */
export const partsDirectory = 'parts';

const shards: readonly string[] = Array.from({ length: 256 }, (_, index) => `held/${index.toString(16).padStart(2, '0')}`);
const heldFile = /^(sha256|sha512)-([0-9a-f]+)\.([1-9][0-9]{0,15})$/;
const partFile = /^((?:sha256|sha512)-[0-9a-f]+\.[1-9][0-9]{0,15})\.([1-9][0-9]*)\.[0-9a-f]{8}$/;

/** Whose bytes a file holds, or is to hold. */
export interface CachedBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** Every directory of whole blobs, relative to the cache's. */
export const shardDirectories = shards;

/** The directory of a whole blob. */
export function shardOf(digest: Digest): string {
  return shards[Number.parseInt(digestHex(digest).slice(0, 2), 16)] as string;
}

/** The name of a whole blob in its directory: all that has to be known of it, so that no list of them has to be kept. */
export function heldName({ digest, sizeBytes }: CachedBlob): string {
  return `${digestAlgorithm(digest)}-${digestHex(digest)}.${sizeBytes}`;
}

/** A new name for a fetch of this process. */
export function newPartName(blob: CachedBlob): string {
  return `${heldName(blob)}.${process.pid}.${randomBytes(4).toString('hex')}`;
}

/** What a whole blob's name says; undefined for a name that is not ours. */
export function readHeldName(name: string): CachedBlob | undefined {
  const [, algorithm, hex, size] = heldFile.exec(name) ?? [];
  const digest = parseDigest(`${algorithm}:${hex}`);
  return digest === undefined ? undefined : { digest, sizeBytes: Number(size) };
}

/** What a fetch's name says, with the process that makes it; undefined for a name that is not ours. */
export function readPartName(name: string): (CachedBlob & { readonly pid: number }) | undefined {
  const [, held = '', pid] = partFile.exec(name) ?? [];
  const blob = readHeldName(held);
  return blob === undefined ? undefined : { ...blob, pid: Number(pid) };
}
