import type { Feature } from '../feature.ts';
import { collectGarbage, GarbageCollectionBusyError } from './collect-garbage.ts';
import { queuedGarbageJobs } from './garbage-jobs.ts';
import type { GarbageRouteDeps } from './garbage-routes.ts';

/** Garbage collection by the clock, and whenever somebody asks for it. `cron` undefined: then alone. */
export function garbageCollection(deps: GarbageRouteDeps, cron: string | undefined): Feature {
  const { logger } = deps;
  async function run(signal: AbortSignal): Promise<void> {
    try {
      const report = await collectGarbage({ ...deps, dryRun: false, signal });
      logger.info('Garbage collection finished.', { ...report });
    } catch (error) {
      if (!(error instanceof GarbageCollectionBusyError)) throw error;
      logger.info('Garbage collection skipped: somebody started one already.');
    }
  }
  return {
    name: 'garbage-collection',
    jobs: cron === undefined ? [] : [{ name: 'garbage-collection', cron, run }],
    queued: queuedGarbageJobs(deps),
    routes: async () => (await import('./garbage-routes.ts')).garbageRoutes(deps),
  };
}
