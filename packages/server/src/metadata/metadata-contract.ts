import { describe } from 'node:test';
import { describeAccess } from './contract/access.ts';
import { describeAccounts } from './contract/accounts.ts';
import { describeAudit } from './contract/audit.ts';
import { describeBlobs } from './contract/blobs.ts';
import { describeBrowsing } from './contract/browsing.ts';
import type { OpenStore } from './contract/contract-steps.ts';
import { describeEventsAndLeases } from './contract/events-and-leases.ts';
import { describeGarbage } from './contract/garbage.ts';
import { describeInventory } from './contract/inventory.ts';
import { describeJobs } from './contract/jobs.ts';
import { describeLists } from './contract/lists.ts';
import { describeManifests } from './contract/manifests.ts';
import { describeMembers } from './contract/members.ts';
import { describePreview } from './contract/preview.ts';
import { describeProjects } from './contract/projects.ts';
import { describePromotions } from './contract/promotions.ts';
import { describePulls } from './contract/pulls.ts';
import { describeQuotas } from './contract/quotas.ts';
import { describeRaces } from './contract/races.ts';
import { describeRobots } from './contract/robots.ts';
import { describeTagRules } from './contract/tag-rules.ts';
import { describeTags } from './contract/tags.ts';
import { describeTenants } from './contract/tenants.ts';
import { describeUploads } from './contract/uploads.ts';
import { describeWebhooks } from './contract/webhooks.ts';

/** Registers the tests that every `MetadataStore` must pass; `open` makes an empty database for each. */
export function describeMetadataStore(name: string, open: OpenStore): void {
  describe(`${name} as a metadata store`, () => {
    describeUploads(open);
    describeAudit(open);
    describeBlobs(open);
    describeManifests(open);
    describeTags(open);
    describeTagRules(open);
    describePromotions(open);
    describeLists(open);
    describeBrowsing(open);
    describeInventory(open);
    describeProjects(open);
    describeGarbage(open);
    describePreview(open);
    describeEventsAndLeases(open);
    describeAccounts(open);
    describePulls(open);
    describeJobs(open);
    describeAccess(open);
    describeRobots(open);
    describeWebhooks(open);
    describeQuotas(open);
    describeMembers(open);
    describeTenants(open);
    describeRaces(open);
  });
}
