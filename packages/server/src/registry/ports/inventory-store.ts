import type { Millis } from './content-store.ts';

/** How much there is. Counted in pieces while others write, so its parts may be of different moments. */
export interface Inventory {
  readonly repositories: number;
  /** Images, indexes and artifacts, in each repository that holds them. */
  readonly manifests: number;
  readonly tags: number;
  /** Uploads that were begun and are neither finished nor given up. */
  readonly uploads: number;
  /** What stores hold, each stored copy once however many repositories show it. Manifests are not in stores. */
  readonly stores: readonly { readonly store: string; readonly blobs: number; readonly bytes: number }[];
  /** Events that are not delivered yet; `oldestAt` is undefined when there are none. */
  readonly events: { readonly waiting: number; readonly oldestAt: Millis | undefined };
}

/** Counts everything, for those who watch over the registry. */
export interface InventoryStore {
  /** Goes through whole tables, in pieces between which requests get their turn: takes a while, and is for now and then. */
  countContent(): Promise<Inventory>;
}
