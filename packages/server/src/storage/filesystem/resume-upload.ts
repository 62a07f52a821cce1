import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { UploadKey, UploadPosition, UploadWriter } from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { pathOfUpload } from './locations.ts';
import { asStorageError } from './system-errors.ts';
import type { UploadPlace } from './upload-writer.ts';
import { FilesystemUploadWriter } from './upload-writer.ts';

const copyBytes = 1024 * 1024;

/** Copies the first `previous.offset` bytes into a file of the new epoch, past `onBytes`; returns its writer. */
export async function resumeUpload(
  place: UploadPlace,
  previous: UploadPosition,
  epoch: number,
  onBytes: (piece: Uint8Array) => void,
): Promise<UploadWriter> {
  const key: UploadKey = { id: previous.id, epoch };
  const writer = new FilesystemUploadWriter(place, key);
  if (previous.offset === 0) return writer;
  try {
    await copyStart(await openSource(place, sourceOf(previous), previous.offset), previous.offset, writer, onBytes);
    await writer.checkpoint();
    return writer;
  } catch (error) {
    await writer.close();
    // Half a copy helps nobody, least of all when it failed because the disk is full.
    await rm(join(place.directory, pathOfUpload(key)), { force: true });
    throw asStorageError('Cannot resume an upload', error);
  }
}

/**
 * The epoch that wrote the bytes at the position is in the note of its last checkpoint. The row's own epoch may be a
 * later one, when a process died between claiming the session and copying the bytes.
 */
function sourceOf(previous: UploadPosition): UploadKey {
  if (previous.state === undefined) return previous;
  const epoch = Number(previous.state);
  if (!Number.isSafeInteger(epoch) || epoch < 1 || epoch > previous.epoch) {
    throw new StorageError('failed', `${JSON.stringify(previous.state.slice(0, 100))} is not a note of this filesystem store.`);
  }
  return { id: previous.id, epoch };
}

/** The bytes of an epoch. What another host wrote may show late: the file, and its length. */
async function openSource(place: UploadPlace, key: UploadKey, length: number): Promise<FileHandle> {
  const path = pathOfUpload(key);
  const openFile = (): Promise<FileHandle> => open(join(place.directory, path), 'r');
  if (place.shared === undefined) return openFile();
  const source = await place.shared.find(path, async () => {
    const file = await openFile();
    if ((await file.stat()).size >= length) return file;
    await file.close();
    return undefined;
  });
  if (source === undefined) throw new StorageError('failed', `The ${length} bytes that an upload has are not in the store.`);
  return source;
}

async function copyStart(source: FileHandle, length: number, writer: UploadWriter, onBytes: (piece: Uint8Array) => void): Promise<void> {
  try {
    const buffer = Buffer.allocUnsafeSlow(Math.min(copyBytes, length));
    let position = 0;
    while (position < length) {
      const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, length - position), position);
      if (bytesRead === 0) throw new StorageError('failed', `An upload has ${position} bytes where ${length} were checkpointed.`);
      const piece = buffer.subarray(0, bytesRead);
      onBytes(piece);
      await writer.write([piece]);
      position += bytesRead;
    }
  } finally {
    await source.close();
  }
}
