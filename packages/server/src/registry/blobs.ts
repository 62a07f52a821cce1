import type { Digest, RepositoryName } from '@longshore/oci';
import type { BlobStores } from './blob-stores.ts';
import type { Agent } from './ports/agent.ts';
import type { Visibility } from './ports/authorizer.ts';
import type { BlobSource } from './ports/blob-source.ts';
import type { BlobStore, ByteSink } from './ports/blob-store.ts';
import type { ContentStore, StoredBlob } from './ports/content-store.ts';
import type { ProjectStore } from './ports/project-store.ts';
import { projectOf } from './project-name.ts';
import type { Quotas } from './quotas.ts';
import type { BlobLink, OpenBlob, WantedFirst } from './registry.ts';
import { RegistryError } from './registry-error.ts';

/** How many repositories an anonymous mount looks at before it becomes a normal upload. */
const mountProbes = 8;

export interface BlobsDeps {
  readonly content: ContentStore & Pick<ProjectStore, 'findProject'>;
  readonly quotas: Quotas;
  readonly source: BlobSource;
  readonly stores: BlobStores;
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

  async open(repository: RepositoryName, digest: Digest, first?: WantedFirst): Promise<OpenBlob> {
    const { source, content, now } = this.#deps;
    let blob = await this.#require(repository, digest);
    for (;;) {
      const reader = await source.open(blob, first?.(blob.sizeBytes));
      if (reader !== undefined) return { digest, sizeBytes: blob.sizeBytes, reader };
      // From now on that copy is not served; without another a HEAD says 404, and the next push stores a new one.
      await content.reportLostBlob({ store: blob.store, location: blob.location, at: now() });
      const other = await content.findBlob(repository, digest);
      if (other === undefined || other.location === blob.location) break;
      // A move copied it elsewhere, or has not copied it yet.
      blob = other;
    }
    throw unknownBlob(digest, 'Its bytes are missing from the store: push it again, or restore the store from a backup.');
  }

  async link(repository: RepositoryName, digest: Digest, clientAddress: string): Promise<BlobLink | undefined> {
    const { stores } = this.#deps;
    if (!stores.linksFor(clientAddress)) return undefined;
    const blob = await this.#require(repository, digest);
    const url = await stores.link(blob, clientAddress);
    return url === undefined ? undefined : { url, sizeBytes: blob.sizeBytes };
  }

  async delete(repository: RepositoryName, digest: Digest, by: Agent): Promise<void> {
    const outcome = await this.#deps.content.deleteBlob({ repository, digest, by, at: this.#deps.now() });
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
    by: Agent;
  }): Promise<boolean> {
    const { content, stores, now } = this.#deps;
    const { digest, to, by } = mount;
    const store = stores.forNew(to);
    for (const from of mount.from === undefined ? await this.#sources(mount, store) : [mount.from]) {
      const mounted = await content.mountBlob({ digest, from, to, store, by, at: now() });
      if (typeof mounted !== 'boolean') throw await this.#deps.quotas.refuse(mounted.excess, by);
      if (mounted) return true;
    }
    return false;
  }

  /** Repositories to mount from, on the store where the project of `to` lives or would. */
  async #sources({ digest, to, visibility }: { digest: Digest; to: RepositoryName; visibility: Visibility }, store: string) {
    const { content } = this.#deps;
    const project = await content.findProject(projectOf(to));
    return content.findBlobSources(digest, project?.store ?? store, visibility, mountProbes);
  }

  async #require(repository: RepositoryName, digest: Digest): Promise<StoredBlob> {
    const blob = await this.#deps.content.findBlob(repository, digest);
    if (blob === undefined) throw unknownBlob(digest);
    return blob;
  }
}

/** Reads a stored blob whole; `sink` gets every piece in order. False when the store does not have it. */
export async function readWhole(store: BlobStore, location: StoredBlob['location'], sink: ByteSink): Promise<boolean> {
  const reader = await store.open(location);
  if (reader === undefined) return false;
  try {
    if (reader.sizeBytes > 0) {
      await reader.read(0, reader.sizeBytes - 1, sink);
    }
    return true;
  } finally {
    await reader.close();
  }
}

function unknownBlob(digest: Digest, message?: string): RegistryError {
  return new RegistryError('BLOB_UNKNOWN', { detail: { digest }, ...(message === undefined ? {} : { message }) });
}
