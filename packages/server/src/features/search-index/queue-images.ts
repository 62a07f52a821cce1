import type { QueuedJob } from '../../registry/ports/queued-job.ts';
import type { SearchStore } from '../../registry/ports/search-store.ts';
import { pause } from './pause.ts';

/** Manifests that one transaction looks at, for some milliseconds. */
const manifestsAtOnce = 1000;
/** Between two of them, for everybody else who writes: a million manifests take a minute. */
const restMs = 50;

/** Where images wait to be looked into. */
export type QueuedSearch = Pick<SearchStore, 'queueManifests'>;

/** Puts what was pushed before there was a search on the list of what is looked into: a migration asks for it. */
export function queueImages(search: QueuedSearch): QueuedJob {
  return {
    name: 'queue-for-search',
    attempts: 20,
    run: async (_, { signal, report }) => {
      for (let after = 0, manifests = 0; ; ) {
        signal.throwIfAborted();
        const { last, looked } = await search.queueManifests({ after, limit: manifestsAtOnce });
        after = last;
        manifests += looked;
        report({ progress: { manifests } });
        if (looked < manifestsAtOnce) return;
        await pause(restMs, signal);
      }
    },
  };
}
