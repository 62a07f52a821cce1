import type { AccessStore } from './access-store.ts';
import type { AccountStore } from './account-store.ts';
import type { AuditStore } from './audit-store.ts';
import type { BrowseStore } from './browse-store.ts';
import type { CertificateStore } from './certificate-store.ts';
import type { ComparisonStore } from './comparison-store.ts';
import type { ContentStore } from './content-store.ts';
import type { DeviceStore } from './device-store.ts';
import type { EventStore } from './event-store.ts';
import type { ExternalAccountStore } from './external-account-store.ts';
import type { GarbageRunStore } from './garbage-run-store.ts';
import type { GarbageStore } from './garbage-store.ts';
import type { GroupStore } from './group-store.ts';
import type { InventoryStore } from './inventory-store.ts';
import type { JobStore } from './job-store.ts';
import type { LeaseStore } from './lease-store.ts';
import type { OverviewStore } from './overview-store.ts';
import type { ProjectStore } from './project-store.ts';
import type { PromotionStore } from './promotion-store.ts';
import type { PullStore } from './pull-store.ts';
import type { QuotaStore } from './quota-store.ts';
import type { RetentionStore } from './retention-store.ts';
import type { RobotStore } from './robot-store.ts';
import type { RobotTrustStore } from './robot-trust-store.ts';
import type { RoleStore } from './role-store.ts';
import type { SearchStore } from './search-store.ts';
import type { SecondFactorStore } from './second-factor-store.ts';
import type { SessionStore } from './session-store.ts';
import type { TagRuleStore } from './tag-rule-store.ts';
import type { TenantStore } from './tenant-store.ts';
import type { WebhookStore } from './webhook-store.ts';

/** Everything that one database holds. Consumers take the narrow port that they need. */
export interface MetadataStore
  extends ContentStore,
    RetentionStore,
    BrowseStore,
    CertificateStore,
    ComparisonStore,
    JobStore,
    GarbageStore,
    GarbageRunStore,
    EventStore,
    LeaseStore,
    AccountStore,
    ExternalAccountStore,
    AccessStore,
    AuditStore,
    InventoryStore,
    OverviewStore,
    ProjectStore,
    PullStore,
    RobotStore,
    RobotTrustStore,
    PromotionStore,
    TagRuleStore,
    WebhookStore,
    QuotaStore,
    GroupStore,
    RoleStore,
    SessionStore,
    SearchStore,
    SecondFactorStore,
    DeviceStore,
    TenantStore {
  /**
   * A number that stays the same for as long as nothing at all was committed, by this process or another; undefined where nobody can tell
   * without asking the database. As of this call, and in no process the same as in another.
   */
  changeMark(): number | undefined;
  /** Resolves when a write would be accepted now; throws `StorageError` otherwise. */
  probe(): Promise<void>;
  close(): Promise<void>;
}
