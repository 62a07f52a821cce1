import type { SqlTransaction } from '../sql-session.ts';
import * as accounts from './accounts.ts';
import { appendAudit, finishForwarding, holdForwarding, removeAudit, setAuditSinks } from './audit.ts';
import { commitBlob, deleteBlob, mountBlob, renewBlob, reportLostBlob } from './blobs.ts';
import * as certificates from './certificates.ts';
import * as comparisons from './comparisons.ts';
import { deleteRepository, deleteTenant } from './deletion.ts';
import * as devices from './devices.ts';
import { claimEvents, finishEvents, postponeEvents, recordEvent } from './events.ts';
import { claimDueLinks, signInExternal } from './external-accounts.ts';
import { endExternal, endProviderStanding, unlinkIdentity } from './external-ends.ts';
import {
  condemnPlacements,
  forgetLeases,
  forgetPlacements,
  leaseContent,
  releaseContent,
  removeUnreferencedLinks,
  removeUntaggedManifests,
} from './garbage.ts';
import { recordGarbageRun } from './garbage-runs.ts';
import * as groups from './groups.ts';
import { indexManifests, queueManifests } from './image-words.ts';
import * as jobs from './jobs.ts';
import { noteLateReferrer } from './late-referrers.ts';
import { acquireLease, probe, releaseLease } from './leases.ts';
import { clearLoginFailures, noteLoginFailure, takeLoginTry } from './login-failures.ts';
import { commitManifest, deleteManifest } from './manifests.ts';
import { addMember, changeMember, removeMember } from './members.ts';
import { assignStore, beginMove, finishMove, placeCopy, registerStores, renewCopies } from './projects.ts';
import { setPromotionPolicy } from './promotion-policies.ts';
import { removePromotions } from './promotion-records.ts';
import { restoreTag, undoPromotion } from './promotion-undo.ts';
import { placeAhead, promote } from './promotions.ts';
import { notePulls } from './pulls.ts';
import * as quotas from './quotas.ts';
import { removeRemains } from './remains.ts';
import * as retention from './retention.ts';
import * as retentionPolicies from './retention-policies.ts';
import { announceRobotExpiry } from './robot-expiry.ts';
import { createRobotTrust, deleteRobotTrust, noteTrustUse } from './robot-trusts.ts';
import { createRobot, deleteRobot, noteRobotUse, rotateRobotSecret, updateRobot } from './robots.ts';
import { setProjectRole } from './role-bindings.ts';
import { createRole, deleteRole, updateRole } from './roles.ts';
import * as secondFactors from './second-factors.ts';
import * as sessions from './sessions.ts';
import { removeTagHistory } from './tag-history.ts';
import { createTagRule, deleteTagRule, updateTagRule } from './tag-rules.ts';
import { deleteTag } from './tags.ts';
import { createTenant, updateTenant } from './tenants.ts';
import { advanceUpload, cancelUpload, claimUpload, removeExpiredUpload, startUpload } from './uploads.ts';
import { settleUsage } from './usage.ts';
import { recountUsage } from './usage-recount.ts';
import * as webhookDeliveries from './webhook-deliveries.ts';
import { createWebhook, deleteWebhook, disableWebhook, updateWebhook } from './webhooks.ts';

/**
 * Every write, by name. A command runs in one transaction that its caller opens and commits; it may be run again from the start
 * when the transaction could not be committed, so it does nothing but SQL. Input and answer can cross a thread.
 */
export const commands = {
  ...accounts,
  claimDueLinks,
  endExternal,
  endProviderStanding,
  signInExternal,
  unlinkIdentity,
  ...devices,
  ...secondFactors,
  ...sessions,
  ...certificates,
  ...comparisons,
  ...retentionPolicies,
  ...retention,
  ...webhookDeliveries,
  createWebhook,
  deleteWebhook,
  disableWebhook,
  updateWebhook,
  indexManifests,
  queueManifests,
  recordGarbageRun,
  ...groups,
  ...jobs,
  ...quotas,
  createTagRule,
  deleteTagRule,
  noteLateReferrer,
  placeAhead,
  promote,
  removePromotions,
  restoreTag,
  setPromotionPolicy,
  undoPromotion,
  updateTagRule,
  acquireLease,
  updateTenant,
  createTenant,
  deleteTenant,
  deleteRepository,
  updateRole,
  deleteRole,
  createRole,
  removeRemains,
  removeTagHistory,
  removeMember,
  changeMember,
  addMember,
  advanceUpload,
  announceRobotExpiry,
  appendAudit,
  assignStore,
  beginMove,
  cancelUpload,
  claimEvents,
  claimUpload,
  clearLoginFailures,
  commitBlob,
  commitManifest,
  condemnPlacements,
  createRobot,
  createRobotTrust,
  deleteBlob,
  deleteManifest,
  deleteRobot,
  deleteRobotTrust,
  deleteTag,
  finishEvents,
  finishForwarding,
  finishMove,
  forgetLeases,
  forgetPlacements,
  holdForwarding,
  leaseContent,
  mountBlob,
  noteLoginFailure,
  notePulls,
  noteRobotUse,
  noteTrustUse,
  placeCopy,
  postponeEvents,
  probe,
  recordEvent,
  recountUsage,
  registerStores,
  releaseContent,
  releaseLease,
  removeAudit,
  removeExpiredUpload,
  removeUnreferencedLinks,
  removeUntaggedManifests,
  renewBlob,
  renewCopies,
  reportLostBlob,
  rotateRobotSecret,
  setAuditSinks,
  setProjectRole,
  startUpload,
  takeLoginTry,
  updateRobot,
};

/** The name of a command. */
export type CommandName = keyof typeof commands;

/** What a command takes; undefined for one that takes nothing. */
export type CommandInput<N extends CommandName> = Parameters<(typeof commands)[N]>[1];

/** What a command answers. */
export type CommandOutput<N extends CommandName> = Awaited<ReturnType<(typeof commands)[N]>>;

/** Runs a command in a transaction that its caller opened, and settles the accounts of projects behind it. */
export async function runCommand<N extends CommandName>(sql: SqlTransaction, name: N, input: CommandInput<N>): Promise<CommandOutput<N>> {
  sql.usage.clear();
  const run = commands[name] as (sql: SqlTransaction, input: CommandInput<N>) => Promise<CommandOutput<N>>;
  const output = await run(sql, input);
  await settleUsage(sql);
  return output;
}

/** Runs a command in a transaction of its own; resolves when it is committed. Every failure of the database is a `StorageError`. */
export type Execute = <N extends CommandName>(name: N, input: CommandInput<N>) => Promise<CommandOutput<N>>;
