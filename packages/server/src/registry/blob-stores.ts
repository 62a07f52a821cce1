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

  async open({ store, location }: StoredBlob): Promise<BlobReader | undefined> {
    return this.of(store).open(location);
  }
}
