import { randomUUID } from 'node:crypto';
import { runWithLease } from '../../registry/held-lease.ts';
import type { LeaseStore } from '../../registry/ports/lease-store.ts';
import type { Background } from '../feature.ts';
import { indexImages, type SearchIndexDeps } from './index-images.ts';
import { pause } from './pause.ts';
import type { QueuedSearch } from './queue-images.ts';

/** How long after its push an image is found by its labels, about. */
const pollMs = 2_000;
/** What cannot be read now is tried again after this, and what fails. */
const restMs = 30_000;
const leaseMs = 15_000;

/** What the loop works on. */
export interface IndexLoopDeps extends SearchIndexDeps {
  readonly leases: LeaseStore;
  readonly search: SearchIndexDeps['search'] & QueuedSearch;
}

/** Looks every two seconds whether something was pushed, and lets one process of all look into it. Nothing that fails leaves the loop. */
export function indexLoop(deps: IndexLoopDeps): Background {
  return {
    start() {
      const stopped = new AbortController();
      const running = run(deps, stopped.signal);
      return async () => {
        stopped.abort();
        await running;
      };
    },
  };
}

async function run(deps: IndexLoopDeps, signal: AbortSignal): Promise<void> {
  let isFailing = false;
  while (!signal.aborted) {
    let waitMs = pollMs;
    try {
      waitMs = (await indexOnce(deps, signal)) ? pollMs : restMs;
      isFailing = false;
    } catch (error) {
      waitMs = restMs;
      // Once says enough of what goes on.
      if (!signal.aborted && !isFailing)
        deps.logger.warn('Pushed images could not be looked into for the search; it is tried again.', { error });
      isFailing = true;
    }
    await pause(waitMs, signal);
  }
}

async function indexOnce(deps: IndexLoopDeps, signal: AbortSignal): Promise<boolean> {
  // Asked without a lease, which would be a write every two seconds.
  if ((await deps.search.listUnindexedManifests({ after: 0, limit: 1 })).length === 0) return true;
  const terms = { leases: deps.leases, name: 'search-index', holder: randomUUID(), ttlMs: leaseMs };
  const turn = await runWithLease(terms, { signal }, (leased) => indexImages(deps, leased));
  return !turn.held || turn.value;
}
