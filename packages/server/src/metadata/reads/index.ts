import { findRepositoryLosses } from '../repository-losses.ts';
import * as access from './access.ts';
import * as accounts from './accounts.ts';
import * as addresses from './addresses.ts';
import * as audit from './audit.ts';
import * as blobSources from './blob-sources.ts';
import * as browse from './browse.ts';
import * as certificates from './certificates.ts';
import * as comparisons from './comparisons.ts';
import * as content from './content.ts';
import * as externalAccounts from './external-accounts.ts';
import * as garbage from './garbage.ts';
import * as garbageRuns from './garbage-runs.ts';
import * as inventory from './inventory.ts';
import * as jobs from './jobs.ts';
import * as lists from './lists.ts';
import * as members from './members.ts';
import * as overview from './overview.ts';
import * as projects from './projects.ts';
import * as promotionRecords from './promotion-records.ts';
import * as promotions from './promotions.ts';
import * as pulls from './pulls.ts';
import * as quotas from './quotas.ts';
import * as remains from './remains.ts';

import * as retention from './retention.ts';
import * as robotTrusts from './robot-trusts.ts';
import * as robots from './robots.ts';
import * as search from './search.ts';
import * as signIns from './sign-ins.ts';
import * as tagRules from './tag-rules.ts';
import * as tenants from './tenants.ts';
import * as unindexedManifests from './unindexed-manifests.ts';
import * as webhooks from './webhooks.ts';
import * as wholeUse from './whole-use.ts';

/** Every read, by name: one statement each, except that counts and lists of garbage go through the table in windows. */
export const reads = {
  ...access,
  ...accounts,
  ...addresses,
  ...audit,
  ...blobSources,
  ...browse,
  ...certificates,
  ...comparisons,
  ...content,
  ...externalAccounts,
  ...garbage,
  ...garbageRuns,
  ...inventory,
  ...jobs,
  ...lists,
  ...members,
  ...overview,
  ...wholeUse,
  ...projects,
  ...promotions,
  ...promotionRecords,
  ...pulls,
  ...quotas,
  ...remains,
  findRepositoryLosses,
  ...retention,
  ...robots,
  ...robotTrusts,
  ...search,
  ...signIns,
  ...tagRules,
  ...tenants,
  ...unindexedManifests,
  ...webhooks,
};
