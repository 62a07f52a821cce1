import type { Digest, RepositoryName } from '@longshore/oci';
import type { Visibility } from './ports/authorizer.ts';
import type { BlobSource } from './ports/blob-source.ts';
import type { BlobStore } from './ports/blob-store.ts';
import type { Actor, ContentStore, StoredBlob } from './ports/content-store.ts';
import type { OpenBlob } from './registry.ts';
import { RegistryError } from './registry-error.ts';

/** How many repositories an anonymous mount looks at before it becomes a normal upload. */
const mountProbes = 8;

export interface BlobsDeps {
  readonly content: ContentStore;
  readonly source: BlobSource;
  readonly now: () => number;
  /** Age of a blob's grace from which telling somebody that it exists renews it. */
  readonly renewAfterMs: number;
}

/** Reading, mounting and deleting blobs. A blob exists only where a repository links it. */
export class Blobs {
  readonly #deps: BlobsDeps;

  constructor(deps: BlobsDeps) {
    this.#deps = deps;
  }

  async stat(repository: RepositoryName, digest: Digest): Promise<{ digest: Digest; sizeBytes: number }> {
    const { content, now, renewAfterMs } = this.#deps;
    const blob = await this.#require(repository, digest);
    const at = now();
    if (at - blob.renewedAt > renewAfterMs && !(await content.renewBlob({ repository, digest, at }))) throw unknownBlob(digest);
    return blob;
  }

  async open(repository: RepositoryName, digest: Digest): Promise<OpenBlob> {
    const blob = await this.#require(repository, digest);
    const reader = await this.#deps.source.open(blob);
    if (reader === undefined) {
      // From now on it is not served, a HEAD says 404, and the next push of it stores a new copy.
      await this.#deps.content.reportLostBlob({ store: blob.store, location: blob.location, at: this.#deps.now() });
      throw unknownBlob(digest, 'Its bytes are missing from the store: push it again, or restore the store from a backup.');
    }
    return { digest, sizeBytes: blob.sizeBytes, reader };
  }

  async delete(repository: RepositoryName, digest: Digest, actor: Actor): Promise<void> {
    const outcome = await this.#deps.content.deleteBlob({ repository, digest, actor, at: this.#deps.now() });
    if (outcome === 'absent') throw unknownBlob(digest);
    if (outcome === 'in-use') {
      throw new RegistryError('DENIED', {
        status: 409,
        message: 'A manifest of this repository still needs this blob: delete the manifest first.',
        detail: { digest },
      });
    }
  }

  async mount(mount: {
    digest: Digest;
    to: RepositoryName;
    from: RepositoryName | undefined;
    visibility: Visibility;
    actor: Actor;
  }): Promise<boolean> {
    const { content, now } = this.#deps;
    const { digest, to, actor } = mount;
    const store = (await content.findRepository(to))?.store ?? 'default';
    const sources = mount.from === undefined ? await content.findBlobSources(digest, store, mount.visibility, mountProbes) : [mount.from];
    for (const from of sources) {
      if (await content.mountBlob({ digest, from, to, actor, at: now() })) return true;
    }
    return false;
  }

  async #require(repository: RepositoryName, digest: Digest): Promise<StoredBlob> {
    const blob = await this.#deps.content.findBlob(repository, digest);
    if (blob === undefined) throw unknownBlob(digest);
    return blob;
  }
}

/** Reads a stored blob whole, for a check of its bytes; `sink` sees every piece in order. */
export async function readWhole(store: BlobStore, location: StoredBlob['location'], sink: (piece: Uint8Array) => void): Promise<boolean> {
  const reader = await store.open(location);
  if (reader === undefined) return false;
  try {
    if (reader.sizeBytes > 0) {
      await reader.read(0, reader.sizeBytes - 1, (piece) => {
        sink(piece);
        return undefined;
      });
    }
    return true;
  } finally {
    await reader.close();
  }
}

function unknownBlob(digest: Digest, message?: string): RegistryError {
  return new RegistryError('BLOB_UNKNOWN', { detail: { digest }, ...(message === undefined ? {} : { message }) });
}
