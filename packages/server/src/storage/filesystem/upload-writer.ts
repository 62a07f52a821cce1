import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '@longshore/oci';
import { reach } from '../../registry/failpoints.ts';
import type { BlobLocation, UploadKey, UploadWriter } from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { GatherBuffer } from '../gather-buffer.ts';
import type { SyncSlots } from './early-sync.ts';
import { EarlySync } from './early-sync.ts';
import { newLocation, pathOfUpload } from './locations.ts';
import type { ShardDirectories } from './shard-directories.ts';
import type { SharedDirectory } from './shared-directory.ts';
import { asStorageError } from './system-errors.ts';
import { writeFully } from './write-fully.ts';

/** What is less is gathered, so that a small blob costs one write; more is written as it comes. */
const gatherBytes = 64 * 1024;
const fileMode = 0o640;

/** Where and how a writer writes. */
export interface UploadPlace {
  readonly directory: string;
  readonly durable: boolean;
  /** Set when other hosts use the directory too. */
  readonly shared: SharedDirectory | undefined;
  readonly shards: ShardDirectories;
  readonly syncs: SyncSlots;
}

/**
 * Writes one epoch's file. The file is created with the first bytes that leave the buffer, so that a small blob costs
 * one write and an upload that never gets bytes costs nothing.
 */
export class FilesystemUploadWriter implements UploadWriter {
  readonly #place: UploadPlace;
  readonly #key: UploadKey;
  readonly #path: string;
  readonly #gathered = new GatherBuffer();
  readonly #early: EarlySync;
  #file: FileHandle | undefined;
  /** Bytes that the file holds. */
  #written = 0;
  #checkpointed = 0;
  /** A write failed half-way: only `truncate` makes the position certain again. */
  #torn = false;
  #finished = false;

  constructor(place: UploadPlace, key: UploadKey) {
    this.#place = place;
    this.#key = key;
    this.#path = pathOfUpload(key);
    this.#early = new EarlySync(place.syncs);
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    this.#requireUsable();
    let total = 0;
    for (const piece of pieces) total += piece.length;
    if (this.#gathered.length + total < gatherBytes) this.#gathered.append(pieces, total);
    else await this.#flush(pieces);
  }

  async checkpoint(): Promise<string> {
    this.#requireUsable();
    await this.#flush([]);
    if (this.#place.shared !== undefined) await this.#publish();
    this.#checkpointed = this.#written;
    return String(this.#key.epoch);
  }

  async truncate(offset: number): Promise<void> {
    if (this.#finished) throw finishedError();
    if (offset > this.#checkpointed) throw new RangeError(`No checkpoint has passed offset ${offset}.`);
    try {
      await this.#file?.truncate(offset);
    } catch (error) {
      throw asStorageError('Cannot truncate an upload', error);
    }
    this.#gathered.clear();
    this.#written = offset;
    this.#checkpointed = offset;
    this.#torn = false;
  }

  async commit(digest: Digest): Promise<BlobLocation> {
    const { shards, durable } = this.#place;
    try {
      this.#requireUsable();
      const location = newLocation(digest);
      await this.#flush([]);
      const file = await this.#openFile();
      await Promise.all([durable ? this.#sync(file) : undefined, shards.prepare(location)]);
      reach('blob.synced');
      // Before the rename: a network file system may report a failed write only here.
      await this.close();
      await shards.place(this.#path, location, this.#checkpointed > 0);
      reach('blob.renamed');
      return location;
    } catch (error) {
      throw asStorageError('Cannot store a blob', error);
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#finished = true;
    this.#gathered.release();
    await this.#early.settle();
    try {
      await file?.close();
    } catch (error) {
      throw asStorageError('Cannot close an upload', error);
    }
  }

  async #flush(pieces: readonly Uint8Array[]): Promise<void> {
    const all = this.#gathered.length > 0 ? [this.#gathered.view, ...pieces] : pieces;
    if (all.length === 0) return;
    this.#torn = true;
    try {
      const file = await this.#openFile();
      this.#written += await writeFully(file, all, this.#written);
      if (this.#place.durable) this.#early.written(file, this.#written);
    } catch (error) {
      throw asStorageError('Cannot write to an upload', error);
    }
    this.#gathered.clear();
    this.#torn = false;
  }

  /** Other hosts see only what has left this one, and only now would a failed write show. */
  async #publish(): Promise<void> {
    if (this.#file === undefined) return;
    this.#torn = true;
    try {
      await this.#sync(this.#file);
    } catch (error) {
      throw asStorageError('Cannot write to an upload', error);
    }
    this.#torn = false;
  }

  async #sync(file: FileHandle): Promise<void> {
    await this.#early.end();
    await file.sync();
  }

  async #openFile(): Promise<FileHandle> {
    this.#file ??= await open(join(this.#place.directory, this.#path), 'wx', fileMode);
    return this.#file;
  }

  #requireUsable(): void {
    if (this.#finished) throw finishedError();
    if (this.#torn) throw new StorageError('failed', 'An earlier write to this upload failed; truncate it to the last checkpoint first.');
  }
}

function finishedError(): StorageError {
  return new StorageError('failed', 'This upload writer is finished.');
}
