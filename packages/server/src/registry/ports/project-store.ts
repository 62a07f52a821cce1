import type { Digest } from '@longshore/oci';
import type { Agent } from './agent.ts';
import type { BlobLocation } from './blob-store.ts';
import type { Millis } from './content-store.ts';

/** Where a project lives. */
export interface Project {
  readonly name: string;
  /** Name of the store that takes what is pushed. */
  readonly store: string;
  /** While it moves: the store that still has what is not copied yet. */
  readonly movingFrom: string | undefined;
  /** What it is charged for: its blobs, each once, and the manifests of its repositories. */
  readonly sizeBytes: number;
}

/** Which project is to live on which store. */
export interface StoreMove {
  readonly project: string;
  /** Name of a store. */
  readonly to: string;
}

/** `unknown-store`: none of that name is registered. `has-content`: it can only be moved. */
export type AssignOutcome = 'assigned' | 'unknown-store' | 'has-content';

/** `moving`: from now on, or since earlier. `moving-elsewhere`: between two other stores, which must end first. */
export type BeginMoveOutcome = 'moving' | 'already-there' | 'moving-elsewhere' | 'unknown-project' | 'unknown-store';

/** `duplicate`: the store had a live copy. `unwanted`: the blob or the move is gone. Except when `placed`, the caller deletes its location. */
export type CopyOutcome = 'placed' | 'duplicate' | 'unwanted';

/** A blob copied to the store that a project moves to. */
export interface NewCopy extends StoreMove {
  readonly digest: Digest;
  readonly location: BlobLocation;
  readonly at: Millis;
}

/** A blob of a project that moves. */
export interface MovingBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** Where it is on the store that the project leaves; undefined when that has no live copy. */
  readonly location: BlobLocation | undefined;
  /** Whether the store that the project moves to has a live copy. */
  readonly copied: boolean;
}

/**
 * Which store each project lives on: one decision, in the database, effective for every process at once. While a project moves,
 * what is pushed goes to the new store and what is not there yet is read from the old one.
 */
export interface ProjectStore {
  /** Makes these stores known by name, so that projects can live on them. Idempotent. */
  registerStores(input: { names: readonly string[] }): Promise<void>;
  findProject(name: string): Promise<Project | undefined>;
  /** By name, after `after` (exclusive). `store`: only those that live on it or move away from it. */
  listProjects(filter: { store?: string | undefined }, page: { limit: number; after: string | undefined }): Promise<Project[]>;
  /** Every store that was ever registered, by name; `holdsContent`: a project with blobs lives on it or moves away from it. */
  listStores(): Promise<{ name: string; holdsContent: boolean }[]>;
  /** Lets a project without content live on a store; creates the project when it is new. */
  assignStore(input: { project: string; store: string; by: Agent; at: Millis }): Promise<AssignOutcome>;

  /**
   * From here on everything is committed on `to`, whichever process does it, and read from where the project lived when it is not there
   * yet. A move that runs may be turned round.
   */
  beginMove(input: StoreMove & { by: Agent; at: Millis }): Promise<BeginMoveOutcome>;
  /**
   * A page of the blobs of a project, with where they are on two stores; an undefined cursor begins and ends. After `beginMove` a blob
   * without a copy can only appear by the loss of one.
   */
  listMovingBlobs(
    move: StoreMove & { from: string },
    cursor: number | undefined,
  ): Promise<{ items: MovingBlob[]; cursor: number | undefined }>;
  /** Places a copy, and renews the grace of that on the old store, so that whoever just found it there can read it. */
  placeCopy(input: NewCopy): Promise<CopyOutcome>;
  /** Renews the live copies of these blobs on a store, against a collection that is about to take them; answers how many there are. */
  renewCopies(input: { store: string; digests: readonly Digest[]; at: Millis }): Promise<number>;
  /** The project has left `from`: what is there is garbage unless others need it. False when it does not move from there to `to`. */
  finishMove(input: StoreMove & { from: string; by: Agent; at: Millis }): Promise<boolean>;
}
