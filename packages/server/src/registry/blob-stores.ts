import type { BlobSource } from './ports/blob-source.ts';
import { type BlobReader, type BlobStore, StorageError } from './ports/blob-store.ts';
import type { StoredBlob } from './ports/content-store.ts';

/** The configured stores by name. Projects name the one they live on; `default` always exists. */
export class BlobStores implements BlobSource {
  readonly #stores: ReadonlyMap<string, BlobStore>;

  constructor(stores: ReadonlyMap<string, BlobStore>) {
    this.#stores = stores;
  }

  /** The store of that name; a `StorageError` when the configuration no longer has it. */
  of(name: string): BlobStore {
    const store = this.#stores.get(name);
    if (store === undefined) {
      throw new StorageError('failed', `The store '${name}' is not configured: add it back to the configuration, content lives on it.`);
    }
    return store;
  }

  async open({ store, location }: StoredBlob): Promise<BlobReader | undefined> {
    return this.of(store).open(location);
  }
}
