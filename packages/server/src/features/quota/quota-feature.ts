import type { Logger } from '../../registry/ports/logger.ts';
import type { QuotaStore } from '../../registry/ports/quota-store.ts';
import type { Feature } from '../feature.ts';

/** What the upkeep of accounts works on. */
export interface QuotaFeatureDeps {
  readonly quotas: Pick<QuotaStore, 'recountUsage'>;
  readonly logger: Logger;
  readonly clock: () => number;
}

/** Counts anew what projects have, one after the other: a migration asks for it when a version ran beside that books less. */
export function quota({ quotas, logger, clock }: QuotaFeatureDeps): Feature {
  return {
    name: 'quota',
    queued: [
      {
        name: 'recount-usage',
        attempts: 20,
        run: async (_, { signal, report }) => {
          const progress = { projects: 0, corrected: 0 };
          for (let after = 0; ; ) {
            signal.throwIfAborted();
            const recount = await quotas.recountUsage({ after, at: clock() });
            if (recount === undefined) break;
            after = recount.projectId;
            progress.projects += 1;
            if (recount.isCorrected) progress.corrected += 1;
            report({ progress: { ...progress } });
          }
          if (progress.corrected > 0) logger.info('What projects store was counted anew, and was not what their accounts said.', progress);
        },
      },
    ],
  };
}
