import { randomBytes } from 'node:crypto';
import type { BlobLocation, UploadKey } from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';

/** Where blobs lie, and the bytes of multipart uploads that may become one. */
export const blobsPrefix = 'blobs/';
/** Where checkpoints keep what is too short for a part. */
export const tailsPrefix = 'tails/';
/** The object that `probe` writes. */
export const probeKey = 'probe';

const location = /^blobs\/[A-Za-z0-9_-]{1,128}\.[0-9a-f]{16}$/;
const tail = /^tails\/([A-Za-z0-9_-]{1,128})\.\d+\.\d+$/;
const multipart = /^blobs\/([A-Za-z0-9_-]{1,128})\.[0-9a-f]{16}$/;

/** A key that was never used before, for bytes of this upload. */
export function newBlobKey(uploadId: string): BlobLocation {
  return `${blobsPrefix}${uploadId}.${randomBytes(8).toString('hex')}` as BlobLocation;
}

/** Throws a `StorageError` unless this is a location that an S3 store gave out. */
export function requireLocation(text: string): void {
  if (!location.test(text)) throw new StorageError('failed', `${JSON.stringify(text.slice(0, 300))} is not a location of an S3 store.`);
}

/** The key of an epoch's nth tail. */
export function tailKey({ id, epoch }: UploadKey, number: number): string {
  return `${tailsPrefix}${id}.${epoch}.${number}`;
}

/** The upload that a tail belongs to; undefined for any other key. */
export function uploadOfTail(key: string): string | undefined {
  return tail.exec(key)?.[1];
}

/** The upload that a multipart upload's key belongs to; undefined for any other key. */
export function uploadOfMultipart(key: string): string | undefined {
  return multipart.exec(key)?.[1];
}
