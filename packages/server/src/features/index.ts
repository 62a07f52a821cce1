import { type AuditFeatureDeps, auditFeature } from './audit/audit-feature.ts';
import type { ComparisonDeps } from './comparison/comparison-deps.ts';
import { comparison } from './comparison/comparison-feature.ts';
import { type DeletionDeps, deletion } from './deletion/deletion-feature.ts';
import type { Feature } from './feature.ts';
import { garbageCollection } from './garbage-collection/garbage-collection-feature.ts';
import type { GarbageRouteDeps } from './garbage-collection/garbage-routes.ts';
import { type InspectionFeatureDeps, inspection } from './inspection/inspection-feature.ts';
import type { OverseeingDeps } from './overseeing/overseeing-deps.ts';
import { overseeing } from './overseeing/overseeing-feature.ts';
import { type PromotionFeatureDeps, promotionFeature } from './promotion/promotion-feature.ts';
import { type QuotaFeatureDeps, quota } from './quota/quota-feature.ts';
import type { RetentionFeatureDeps } from './retention/enqueue-run.ts';
import { retentionFeature } from './retention/retention-feature.ts';
import type { RobotDeps } from './robots/robot-operations.ts';
import { robots } from './robots/robots-feature.ts';
import type { IndexLoopDeps } from './search-index/index-loop.ts';
import { searchIndex } from './search-index/search-index-feature.ts';
import type { WebhookDeps } from './webhooks/webhook-deps.ts';
import { webhooks } from './webhooks/webhooks-feature.ts';

/** What the features need from the composition root. */
export interface FeatureDeps {
  readonly audit: AuditFeatureDeps;
  readonly garbage: GarbageRouteDeps;
  /** When garbage is collected; undefined: never by the clock. */
  readonly garbageCron: string | undefined;
  readonly retention: RetentionFeatureDeps;
  readonly robots: RobotDeps;
  readonly webhooks: WebhookDeps;
  readonly promotion: PromotionFeatureDeps;
  readonly deletion: DeletionDeps;
  readonly quota: QuotaFeatureDeps;
  readonly inspection: InspectionFeatureDeps;
  readonly comparison: ComparisonDeps;
  readonly overseeing: OverseeingDeps;
  readonly searchIndex: IndexLoopDeps;
}

/** Every feature, in the order in which they plug in. */
export function createFeatures(deps: FeatureDeps): readonly Feature[] {
  return [
    auditFeature(deps.audit),
    garbageCollection(deps.garbage, deps.garbageCron),
    retentionFeature(deps.retention),
    webhooks(deps.webhooks),
    robots(deps.robots),
    promotionFeature(deps.promotion),
    deletion(deps.deletion),
    quota(deps.quota),
    inspection(deps.inspection),
    comparison(deps.comparison),
    overseeing(deps.overseeing),
    searchIndex(deps.searchIndex),
  ];
}
