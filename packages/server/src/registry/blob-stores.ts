import type { ByteRange } from '@longshore/oci';
import type { BlobSource } from './ports/blob-source.ts';
import { type BlobReader, type BlobStore, StorageError } from './ports/blob-store.ts';
import type { StoredBlob } from './ports/content-store.ts';
import { projectOf } from './project-name.ts';

/** Names the store on which a new project of that name is to live. */
export type ChooseStore = (project: string) => string;

/** The configured stores by name. Each project lives on one, as the metadata says; `default` always exists. */
export class BlobStores implements BlobSource {
  readonly #stores: ReadonlyMap<string, BlobStore>;
  readonly #choose: ChooseStore;

  constructor(stores: ReadonlyMap<string, BlobStore>, choose: ChooseStore = () => 'default') {
    this.#stores = stores;
    this.#choose = choose;
  }

  /** The names of the configured stores. */
  get names(): readonly string[] {
    return [...this.#stores.keys()];
  }

  /** The store of that name; a `StorageError` when the configuration no longer has it. */
  of(name: string): BlobStore {
    const store = this.#stores.get(name);
    if (store === undefined) {
      throw new StorageError('failed', `The store '${name}' is not configured: add it back to the configuration, content lives on it.`);
    }
    return store;
  }

  /** Name of the store on which the repository's project is to live if it is new. */
  forNew(repository: string): string {
    return this.#choose(projectOf(repository));
  }

  async open({ store, location }: StoredBlob, first?: ByteRange): Promise<BlobReader | undefined> {
    return this.of(store).open(location, first);
  }

  /** Whether clients at that address read some blobs from where their store says. */
  linksFor(clientAddress: string): boolean {
    for (const store of this.#stores.values()) if (store.linksFor?.(clientAddress) === true) return true;
    return false;
  }

  /** Where a client at that address is to read the blob; undefined: here. The answer is a secret. */
  async link({ store: name, location }: StoredBlob, clientAddress: string): Promise<string | undefined> {
    const store = this.of(name);
    return store.linksFor?.(clientAddress) === true ? store.link?.(location) : undefined;
  }
}
