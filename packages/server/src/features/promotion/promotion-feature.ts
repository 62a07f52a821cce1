import type { TagRuleStore } from '../../registry/ports/tag-rule-store.ts';
import type { Feature } from '../feature.ts';
import { lateReferrers } from './late-referrers.ts';
import type { PromotionRouteDeps } from './promotion-routes.ts';

/** What the feature needs. */
export interface PromotionFeatureDeps extends PromotionRouteDeps {
  readonly rules: TagRuleStore;
}

/** Promotion from project to project, its conditions and its undoing, and rules over tags. */
export function promotionFeature(deps: PromotionFeatureDeps): Feature {
  return {
    name: 'promotion',
    subscribers: [lateReferrers(deps.promotions, deps.clock)],
    routes: async () => {
      const [{ promotionRoutes }, { policyRoutes }, { tagRuleRoutes }] = await Promise.all([
        import('./promotion-routes.ts'),
        import('./policy-routes.ts'),
        import('./tag-rule-routes.ts'),
      ]);
      return [...promotionRoutes(deps), ...policyRoutes(deps.promotions, deps.clock), ...tagRuleRoutes(deps.rules, deps.clock)];
    },
  };
}
