import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Digest } from '@longshore/oci';
import { digestFromBytes } from '@longshore/oci';
import type { BlobLocation, BlobReader, BlobStore, StoredObject, UploadPosition, UploadWriter } from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';

/** 1024 bytes. */
export const kibibyte = 1024;
/** 1024 kibibytes. */
export const mebibyte = 1024 * kibibyte;

/** What the tests of one backing share; filled before the first of them runs. */
export interface ContractContext {
  store: BlobStore;
  /** Another instance over the same backing. */
  open: () => Promise<BlobStore>;
  newId: () => string;
  /** Absence is certain only after some time; until then it is an error that passes. */
  lateAbsence: boolean;
}

/** A new session, in epoch 1. */
export async function begin(context: ContractContext): Promise<{ id: string; writer: UploadWriter }> {
  const id = context.newId();
  return { id, writer: await context.store.createUpload({ id, epoch: 1 }) };
}

/** Stores a blob by these writes. */
export async function upload(context: ContractContext, writes: readonly (readonly Uint8Array[])[]): Promise<BlobLocation> {
  const { writer } = await begin(context);
  for (const pieces of writes) await writer.write(pieces);
  return writer.commit(digestOf(Buffer.concat(writes.flat())));
}

/** Resumes and checks that what is replayed, if anything can be, is what was written. */
export async function resume(store: BlobStore, position: UploadPosition, epoch: number, content: Uint8Array): Promise<UploadWriter> {
  const pieces: Buffer[] = [];
  const { writer, replayed } = await store.resumeUpload(position, epoch, (piece) => pieces.push(Buffer.from(piece)));
  if (replayed) assert.ok(Buffer.concat(pieces).equals(content));
  return writer;
}

/** A store may give up on a session that an older writer still writes to, but must never commit other bytes. */
export async function commitsOrFails(store: BlobStore, writer: UploadWriter, content: Uint8Array): Promise<void> {
  let location: BlobLocation;
  try {
    location = await writer.commit(digestOf(content));
  } catch (error) {
    assert.ok(error instanceof StorageError);
    return;
  }
  await assertContent(store, location, content);
}

/** Opens a blob that must be there. */
export async function openReader(store: BlobStore, location: BlobLocation): Promise<BlobReader> {
  const reader = await store.open(location);
  assert.ok(reader !== undefined, 'a committed blob is there');
  return reader;
}

/** Fails unless the store says that it has no such location, or as much of it as it can know yet. */
export async function assertAbsent({ store, lateAbsence }: ContractContext, location: BlobLocation): Promise<void> {
  if (lateAbsence) await assert.rejects(store.open(location), { name: 'StorageError', retryable: true });
  else assert.equal(await store.open(location), undefined);
}

/** The bytes from `start` to `end`, both inclusive. */
export async function collect(reader: BlobReader, start: number, end: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await reader.read(start, end, (piece) => {
    pieces.push(Buffer.from(piece));
    return undefined;
  });
  return Buffer.concat(pieces);
}

/** The bytes of one range, by a reader of its own. */
export async function readRange(store: BlobStore, location: BlobLocation, start: number, end: number): Promise<Buffer> {
  const reader = await openReader(store, location);
  return collect(reader, start, end).finally(() => reader.close());
}

/** Every byte of a blob. */
export async function readAll(store: BlobStore, location: BlobLocation): Promise<Buffer> {
  const reader = await openReader(store, location);
  return collect(reader, 0, reader.sizeBytes - 1).finally(() => reader.close());
}

/** Fails unless the blob holds exactly these bytes. */
export async function assertContent(store: BlobStore, location: BlobLocation, content: Uint8Array): Promise<void> {
  const found = await readAll(store, location);
  assert.equal(found.length, content.length);
  assert.ok(found.equals(content), 'the stored bytes are those that were written');
}

/** The whole walk, in pages of about `limit`. */
export async function listAll(store: BlobStore, limit = 1000): Promise<StoredObject[]> {
  const objects: StoredObject[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list(cursor, limit);
    objects.push(...page.objects);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return objects;
}

/** Consecutive pieces of at most `size` bytes. */
export function slices(content: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(content.length / size) }, (_, index) => content.subarray(index * size, (index + 1) * size));
}

/** The SHA-256 digest. */
export function digestOf(content: Uint8Array): Digest {
  return digestFromBytes(createHash('sha256').update(content).digest());
}
