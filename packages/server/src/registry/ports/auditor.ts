import type { Agent } from './agent.ts';
import type { AuditedResource } from './audit-store.ts';

/** Something that was asked for and refused. */
export interface Denial {
  /** `reason`: why not, for auditors alone; the client may be told less. */
  readonly by: Agent;
  /** What was asked for: an action, an operation of the management API, or `login`. */
  readonly action: string;
  readonly resource: AuditedResource;
  /** The project that it belongs to, if it is there. */
  readonly project: string | undefined;
}

/** Keeps account of what was refused. */
export interface Auditor {
  /**
   * Resolves when the denial is in the log, or is counted as a repeat of one that is. Rejects with a `StorageError` when it cannot be
   * written; whoever asked is refused in any case.
   */
  denied(denial: Denial): Promise<void>;
}
