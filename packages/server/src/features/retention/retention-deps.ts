import type { LeaseStore } from '../../registry/ports/lease-store.ts';
import type { Logger } from '../../registry/ports/logger.ts';
import type { RetentionStore } from '../../registry/ports/retention-store.ts';
import type { RetentionRule } from '../../registry/retention-rule.ts';

/** What retention works on. */
export interface RetentionDeps {
  readonly retention: RetentionStore;
  readonly leases: LeaseStore;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** How long a manifest stays after its last push whatever a policy says: longer than the longest push of an index. */
  readonly graceMs: number;
}

/** What is to be kept, of which project. */
export interface RetentionTask {
  readonly projectId: number;
  readonly project: string;
  readonly rules: readonly RetentionRule[];
  /** Only this one; undefined: every repository of the project. */
  readonly repository?: string | undefined;
  /** Whether tags are looked at at all; else only manifests that nothing holds. */
  readonly tags: boolean;
  /** How long a manifest stays after its last push. */
  readonly graceMs: number;
  /** After how long manifests go that nothing holds; undefined: those that lose a tag go, others stay. */
  readonly untaggedAfterMs: number | undefined;
  readonly allowEmpty: boolean;
}
