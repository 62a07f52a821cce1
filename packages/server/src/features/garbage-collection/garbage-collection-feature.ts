import type { Feature } from '../feature.ts';
import { collectGarbage, GarbageCollectionBusyError, type GarbageDeps } from './collect-garbage.ts';

/** Garbage collection by the clock. `cron` undefined: only when somebody asks for it. */
export function garbageCollection(deps: GarbageDeps, cron: string | undefined): Feature {
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
  return { name: 'garbage-collection', jobs: cron === undefined ? [] : [{ name: 'garbage-collection', cron, run }] };
}
