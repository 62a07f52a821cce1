import { parseDigest } from '@longshore/oci';
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
import { MemoryContent } from './memory-content.ts';
import { MemoryBlobReader } from './memory-reader.ts';
import { MemoryUploadWriter } from './memory-upload-writer.ts';

/** A store for tests: keeps everything in memory and fails when it is told to. */
export interface MemoryStore extends BlobStore {
  /** Lets the next operation that touches bytes, by any instance, throw a `StorageError`; several calls queue up. */
  failNext(reason: StorageError['reason']): void;
  /** Another instance over the same content, as another process would have it. */
  sibling(): MemoryStore;
}

/** An empty memory store. */
export function createMemoryStore(): MemoryStore {
  return new SharedMemoryStore(new MemoryContent());
}

class SharedMemoryStore implements MemoryStore {
  readonly #content: MemoryContent;

  constructor(content: MemoryContent) {
    this.#content = content;
  }

  failNext(reason: StorageError['reason']): void {
    this.#content.failNext(reason);
  }

  sibling(): MemoryStore {
    return new SharedMemoryStore(this.#content);
  }

  async createUpload(key: UploadKey): Promise<UploadWriter> {
    requireUploadId(key.id);
    return new MemoryUploadWriter(this.#content, key, Buffer.alloc(0));
  }

  async resumeUpload(previous: UploadPosition, epoch: number, onBytes: (piece: Uint8Array) => void): Promise<ResumedUpload> {
    requireUploadId(previous.id);
    this.#content.requireHealth();
    const source = this.#content.uploads.get(previous.id)?.get(Number(previous.state ?? previous.epoch));
    const bytes = source?.bytes.subarray(0, previous.offset) ?? Buffer.alloc(0);
    if (bytes.length < previous.offset) {
      throw new StorageError('failed', `An upload has ${bytes.length} bytes where ${previous.offset} were checkpointed.`);
    }
    onBytes(bytes);
    return { writer: new MemoryUploadWriter(this.#content, { id: previous.id, epoch }, bytes), replayed: true };
  }

  async discardUpload(position: UploadPosition): Promise<void> {
    requireUploadId(position.id);
    this.#content.requireHealth();
    this.#content.uploads.delete(position.id);
  }

  async open(location: BlobLocation): Promise<BlobReader | undefined> {
    requireLocation(location);
    this.#content.requireHealth();
    const blob = this.#content.blobs.get(location);
    return blob === undefined ? undefined : new MemoryBlobReader(this.#content, blob.bytes);
  }

  async delete(location: BlobLocation): Promise<void> {
    requireLocation(location);
    this.#content.requireHealth();
    this.#content.blobs.delete(location);
  }

  async list(cursor: string | undefined, limit: number): Promise<{ objects: StoredObject[]; cursor: string | undefined }> {
    this.#content.requireHealth();
    const sorted = this.#everything()
      .map((object) => ({ object, position: `${object.kind} ${object.id}` }))
      .sort((a, b) => (a.position < b.position ? -1 : 1))
      .filter(({ position }) => cursor === undefined || position > cursor);
    const page = sorted.slice(0, limit);
    return { objects: page.map(({ object }) => object), cursor: sorted.length > limit ? page.at(-1)?.position : undefined };
  }

  async probe(): Promise<void> {
    this.#content.requireHealth();
  }

  async close(): Promise<void> {
    // The content belongs to all instances.
  }

  #everything(): StoredObject[] {
    const blobs = Array.from(this.#content.blobs, ([id, { bytes, modifiedAt }]): StoredObject => {
      return { kind: 'blob', id, sizeBytes: bytes.length, modifiedAt };
    });
    const uploads = Array.from(this.#content.uploads).flatMap(([id, epochs]): StoredObject[] => {
      if (epochs.size === 0) return [];
      const files = [...epochs.values()];
      const sizeBytes = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
      return [{ kind: 'upload', id, sizeBytes, modifiedAt: Math.max(...files.map(({ modifiedAt }) => modifiedAt)) }];
    });
    return [...blobs, ...uploads];
  }
}

function requireLocation(location: string): void {
  const match = /^memory\/([^.]+)\.[0-9a-f]{16}$/.exec(location);
  if (match?.[1] !== undefined && parseDigest(match[1]) !== undefined) return;
  throw new StorageError('failed', `${JSON.stringify(location.slice(0, 300))} is not a location of a memory store.`);
}
