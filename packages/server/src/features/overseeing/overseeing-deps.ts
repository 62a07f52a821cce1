import type { Authorizer } from '../../registry/ports/authorizer.ts';
import type { GarbageRunStore } from '../../registry/ports/garbage-run-store.ts';
import type { InventoryStore } from '../../registry/ports/inventory-store.ts';
import type { Logger } from '../../registry/ports/logger.ts';
import type { OverviewStore } from '../../registry/ports/overview-store.ts';
import type { QuotaStore } from '../../registry/ports/quota-store.ts';
import type { ShownSetting } from '../../registry/ports/shown-setting.ts';

/** Room on the disk of a store. */
export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Below what a registry should have left. */
  readonly isLow: boolean;
}

/** A configured store, as far as it can be looked at from outside. */
export interface WatchedStore {
  readonly name: string;
  readonly kind: 'filesystem' | 's3';
  /** Absent where nobody can tell. */
  readonly space?: () => Promise<Space>;
  /** Whether it is known that it cannot be reached. */
  readonly isAway: () => boolean;
}

/** What those who watch over the registry are shown. */
export interface OverseeingDeps {
  readonly overview: OverviewStore;
  readonly inventory: InventoryStore;
  readonly quotas: Pick<QuotaStore, 'listQuotas'>;
  readonly runs: Pick<GarbageRunStore, 'listGarbageRuns'>;
  readonly authorizer: Authorizer;
  readonly settings: () => readonly ShownSetting[];
  readonly stores: readonly WatchedStore[];
  /** When the served certificate ends, 0 for one that is made up for the time being; undefined without TLS. */
  readonly certificateEndsAt: () => number | undefined;
  /** Cron expression of the garbage collection; undefined when there is none by the clock. */
  readonly garbageCron: string | undefined;
  readonly logger: Logger;
  readonly clock: () => number;
}
