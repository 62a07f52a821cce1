import type { BlobStores } from '../../registry/blob-stores.ts';
import type { Agent } from '../../registry/ports/agent.ts';
import type { ContentStore } from '../../registry/ports/content-store.ts';
import type { LeaseStore } from '../../registry/ports/lease-store.ts';
import type { Logger } from '../../registry/ports/logger.ts';
import type { ProjectStore } from '../../registry/ports/project-store.ts';

/** What a move works on. */
export interface MoveDeps {
  readonly projects: ProjectStore;
  readonly content: Pick<ContentStore, 'reportLostBlob'>;
  readonly leases: LeaseStore;
  readonly stores: BlobStores;
  readonly logger: Logger;
  /** Who moves. */
  readonly by: Agent;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}
