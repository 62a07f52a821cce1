import type { Millis } from './content-store.ts';
import type { GarbageReport } from './garbage-store.ts';

/** A garbage collection that has ended, with what it removed. */
export interface EndedGarbageRun {
  readonly startedAt: Millis;
  readonly finishedAt: Millis;
  /** Who asked for it, as an actor. */
  readonly by: string;
  readonly report: GarbageReport;
  /** Why it ended before its end; undefined: it did not. */
  readonly failure: string | undefined;
}

/** The same with its place among all. */
export interface GarbageRunEntry extends EndedGarbageRun {
  readonly id: number;
}

/** How many runs are remembered: half a year of nightly ones. */
export const keptGarbageRuns = 200;

/** What garbage collections did, whoever began them. Dry runs are not written down. */
export interface GarbageRunStore {
  /** Forgets the oldest beyond `keptGarbageRuns`. */
  recordGarbageRun(run: EndedGarbageRun): Promise<void>;
  /** The newest first, older than `before`. */
  listGarbageRuns(page: { limit: number; before?: number | undefined }): Promise<GarbageRunEntry[]>;
}
