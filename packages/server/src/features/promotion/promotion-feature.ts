import type { Logger } from '../../registry/ports/logger.ts';
import type { TagRuleStore } from '../../registry/ports/tag-rule-store.ts';
import type { Feature } from '../feature.ts';
import { lateReferrers } from './late-referrers.ts';
import type { PromotionRouteDeps } from './promotion-routes.ts';
import { removeOldPromotions } from './remove-old-promotions.ts';
import { removeOldTagHistory } from './remove-old-tag-history.ts';

/** What the feature needs. */
export interface PromotionFeatureDeps extends PromotionRouteDeps {
  readonly rules: TagRuleStore;
  /** How long promotions and changes of tags are remembered, as the audit log is; 0: for ever. */
  readonly days: number;
  readonly logger: Logger;
}

/** Promotion from project to project, its conditions and its undoing, and rules over tags. */
export function promotionFeature(deps: PromotionFeatureDeps): Feature {
  const { days, logger } = deps;
  async function run(signal: AbortSignal): Promise<void> {
    const removed = await removeOldPromotions(deps, days, signal);
    if (removed > 0) logger.info('Old promotions were removed.', { removed, days });
    const forgotten = await removeOldTagHistory(deps, days, signal);
    if (forgotten > 0) logger.info('Old changes of tags were removed.', { removed: forgotten, days });
  }
  return {
    name: 'promotion',
    jobs: days === 0 ? [] : [{ name: 'promotion-retention', cron: '37 2 * * *', run }],
    subscribers: [lateReferrers(deps.promotions, deps.clock)],
    routes: async () => {
      const [{ promotionRoutes }, { policyRoutes }, { tagRuleRoutes }] = await Promise.all([
        import('./promotion-routes.ts'),
        import('./policy-routes.ts'),
        import('./tag-rule-routes.ts'),
      ]);
      return [
        ...promotionRoutes(deps),
        ...policyRoutes(deps.promotions, deps.authorizer, deps.clock),
        ...tagRuleRoutes(deps.rules, deps.authorizer, deps.clock),
      ];
    },
  };
}
