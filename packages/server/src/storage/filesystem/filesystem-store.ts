import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rm, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type {
  BlobLocation,
  BlobReader,
  BlobStore,
  ResumedUpload,
  StoredObject,
  UploadKey,
  UploadPosition,
  UploadWriter,
} from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { requireUploadId } from '../upload-id.ts';
import { openBlobFile, openRemoteBlobFile } from './blob-reader.ts';
import { pathOfLocation, pathOfUpload, uploadOfFile } from './locations.ts';
import { listObjects } from './object-list.ts';
import { ReadBuffers } from './read-buffers.ts';
import { resumeUpload } from './resume-upload.ts';
import { directoryMode, ShardDirectories, syncDirectory } from './shard-directories.ts';
import { mayBeShared, SharedDirectory } from './shared-directory.ts';
import { asStorageError, hasCode } from './system-errors.ts';
import type { UploadPlace } from './upload-writer.ts';
import { FilesystemUploadWriter } from './upload-writer.ts';

/** A session that changed hands more often than this is cleaned up by looking for its files. */
const epochsTriedByName = 64;

/** Settings of one filesystem store. */
export interface FilesystemStoreOptions {
  /** Created when it is absent. Processes and hosts may share it. */
  readonly directory: string;
  /**
   * full: a committed blob survives power loss. relaxed: it survives the death of the process only; in a directory that hosts share
   * it is full all the same, since what others see has to leave this host first.
   */
  readonly durability: 'full' | 'relaxed';
  /** Content is known to be stored there: a directory without a store is then refused, since nothing may be mounted on it. */
  readonly mustExist?: boolean;
  /** Whether other hosts may use the directory; asked of the file system when it is left out. */
  readonly shared?: boolean;
}

/**
 * Opens a directory as a store: `blobs/<algorithm>/<2 hex>/<hex>.<generation>` and `uploads/<id>.<epoch>`. Throws a
 * `StorageError` that names the directory and the remedy when nothing can be written there.
 */
export async function openFilesystemStore(options: FilesystemStoreOptions): Promise<BlobStore> {
  const directory = resolve(options.directory);
  if (options.mustExist === true && !existsSync(join(directory, 'blobs'))) throw notThere(directory);
  try {
    await createDirectory(directory, options.durability === 'full');
    const shared = (options.shared ?? (await mayBeShared(directory))) ? new SharedDirectory(directory) : undefined;
    const store = new FilesystemStore(directory, options.durability === 'full' || shared !== undefined, shared);
    await store.probe();
    return store;
  } catch (error) {
    throw withRemedy(directory, error);
  }
}

class FilesystemStore implements BlobStore {
  readonly #directory: string;
  readonly #place: UploadPlace;
  readonly #buffers = new ReadBuffers();
  /** Another machine dates the files of a shared directory; measured by every probe, of which opening is the first. */
  #clockAheadMs = 0;

  constructor(directory: string, durable: boolean, shared: SharedDirectory | undefined) {
    this.#directory = directory;
    this.#place = { directory, durable, shared, shards: new ShardDirectories(directory, durable), syncs: { taken: 0 } };
  }

  async createUpload(key: UploadKey): Promise<UploadWriter> {
    return new FilesystemUploadWriter(this.#place, key);
  }

  async resumeUpload(previous: UploadPosition, epoch: number, onBytes: (piece: Uint8Array) => void): Promise<ResumedUpload> {
    return { writer: await resumeUpload(this.#place, previous, epoch, onBytes), replayed: true };
  }

  /**
   * Removes the files of epochs 1 to `position.epoch`. Without a checkpoint's note, as an orphan sweep has none, those
   * of any epoch, for which it has to read the directory of all uploads.
   */
  async discardUpload(position: UploadPosition): Promise<void> {
    requireUploadId(position.id);
    const byName = position.state !== undefined && position.epoch <= epochsTriedByName;
    try {
      const files = byName ? namesOfEpochs(position) : await this.#uploadFiles(position.id);
      for (const file of files) await this.#remove(file);
    } catch (error) {
      throw asStorageError('Cannot discard an upload', error);
    }
  }

  async open(location: BlobLocation): Promise<BlobReader | undefined> {
    const path = pathOfLocation(location);
    const { shared } = this.#place;
    const blob = shared === undefined ? openBlobFile(join(this.#directory, path), this.#buffers) : await this.#openShared(shared, path);
    // Without its directory the store is not empty but away: nothing in it may be taken for lost.
    if (blob === undefined && !existsSync(join(this.#directory, 'blobs'))) throw notThere(this.#directory);
    return blob;
  }

  async delete(location: BlobLocation): Promise<void> {
    try {
      await this.#remove(pathOfLocation(location));
    } catch (error) {
      throw asStorageError('Cannot delete a blob', error);
    }
  }

  list(cursor: string | undefined, limit: number): Promise<{ objects: StoredObject[]; cursor: string | undefined }> {
    return listObjects({ directory: this.#directory, clockAheadMs: this.#clockAheadMs }, cursor, limit);
  }

  async probe(): Promise<void> {
    const path = join(this.#directory, this.#probeName());
    try {
      const file = await open(path, 'w');
      try {
        await file.writeFile(Buffer.alloc(4096));
        await file.sync();
        if (this.#place.shared !== undefined) this.#clockAheadMs = (await file.stat()).ctimeMs - Date.now();
      } finally {
        await file.close();
        await rm(path, { force: true });
      }
    } catch (error) {
      throw asStorageError('Cannot write to the store', error);
    }
  }

  async close(): Promise<void> {
    // Writers and readers hold what is open; the store itself holds nothing.
  }

  async #openShared(shared: SharedDirectory, path: string): Promise<BlobReader | undefined> {
    try {
      return await shared.find(path, () => openRemoteBlobFile(join(this.#directory, path), this.#buffers));
    } catch (error) {
      throw asStorageError('Cannot open a blob', error);
    }
  }

  /**
   * One name for all processes of a host: who dies with it leaves one file, which the next probe removes. Another host would find
   * the file deleted that it writes to, so there each has its own, named as an upload that nobody knows: the orphan sweep removes it.
   */
  #probeName(): string {
    if (this.#place.shared === undefined) return '.probe';
    return pathOfUpload({ id: `probe-${randomBytes(12).toString('hex')}`, epoch: 1 });
  }

  async #uploadFiles(id: string): Promise<string[]> {
    const files = await readdir(join(this.#directory, 'uploads'));
    return files.filter((file) => uploadOfFile(file)?.id === id).map((file) => `uploads/${file}`);
  }

  async #remove(path: string): Promise<void> {
    try {
      await unlink(join(this.#directory, path));
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }
}

function namesOfEpochs(position: UploadPosition): string[] {
  return Array.from({ length: position.epoch }, (_, index) => pathOfUpload({ id: position.id, epoch: index + 1 }));
}

async function createDirectory(directory: string, durable: boolean): Promise<void> {
  const firstCreated = await mkdir(directory, { recursive: true, mode: directoryMode });
  for (const name of ['blobs', 'uploads']) await mkdir(join(directory, name), { recursive: true, mode: directoryMode });
  if (!durable) return;
  await syncDirectory(directory);
  if (firstCreated === undefined) return;
  // Every directory that got a new entry, up to the one that was there before.
  for (let path = directory; path.length >= firstCreated.length; path = dirname(path)) await syncDirectory(dirname(path));
}

function notThere(directory: string): StorageError {
  const message = `There is no store in '${directory}', although blobs are kept there: mount its file system or restore it, then start again.`;
  return new StorageError('failed', message, { retryable: true });
}

function withRemedy(directory: string, error: unknown): StorageError {
  const cause = asStorageError('It was refused', error);
  const user = process.getuid === undefined ? 'the user that runs the server' : `user ${process.getuid()}, which runs the server`;
  const remedy = cause.reason === 'full' ? 'Free space there' : `Make it writable for ${user}`;
  return new StorageError(cause.reason, `Cannot store blobs in '${directory}': ${remedy}, or set another directory. (${cause.message})`, {
    cause,
  });
}
