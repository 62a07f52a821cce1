import { setTimeout as wait } from 'node:timers/promises';
import type { Manifest } from '../crash/image.ts';
import { describeAnswer, passingStatuses, type RegistryClient } from '../crash/registry-client.ts';
import type { Arena } from './arena.ts';
import { executed } from './content-leases.ts';
import type { PromotedRepository, PromotedRepositoryOptions } from './promoted-repository.ts';

/** What relying on a promotion takes. */
export interface ReliedPromotionOptions extends PromotedRepositoryOptions {
  readonly promoted: PromotedRepository;
  readonly client: RegistryClient;
  readonly graceMs: number;
  readonly arena: Arena;
}

const tag = 'relied';
/** The share of the grace within which its manifest is pushed again. */
const reliableShare = 0.7;

/**
 * Promotes what the target has had for long (it is made to look so), takes every tag from it, and pushes its manifest alone a moment later:
 * what a promotion said it linked may be relied on for the grace, as what a push was told of.
 */
export async function relyOnPromotion(options: ReliedPromotionOptions): Promise<void> {
  const { promoted, client, target, graceMs, random, findings } = options;
  const ofTarget = `where repository_id = (select id from repositories where name = '${target.name}')`;
  const old = ['manifests', 'repository_blobs'].map((table) => `update ${table} set renewed_at = 0 ${ofTarget}`);
  if (!(await executed(options.arena.execute(old.join(';'))))) return;
  const begunAt = performance.now();
  const root = await promoted.promote((digest) => target.mustExist(digest), tag);
  if (root === undefined || !(await removeTags(options, root))) return;
  await wait(graceMs * reliableShare * random.between(20, 80) * 0.01);
  const wasInTime = () => performance.now() - begunAt < graceMs * reliableShare;
  try {
    const answer = await client.putManifest(target.name, tag, root);
    if (answer.status === 201) {
      findings.did('promotions relied on');
      return target.stored(root, tag);
    }
    target.maybeStored(root, tag);
    const isMissing = answer.status === 400 || answer.status === 404;
    if (isMissing ? wasInTime() : !passingStatuses.includes(answer.status)) {
      const what = `${target.name} refuses ${root.digest}, which was promoted a moment ago`;
      findings.add(isMissing ? 'lost' : 'unexpected', `${what}: ${describeAnswer(answer)}`);
    }
  } catch (error) {
    target.maybeStored(root, tag);
    throw error;
  }
}

/** False when one may still be there. */
async function removeTags({ client, target, ledger, findings }: ReliedPromotionOptions, root: Manifest): Promise<boolean> {
  for (const name of target.tags.filter((other) => target.possible(other).has(root.digest))) {
    try {
      const answer = await client.deleteManifest(target.name, name);
      if (answer.status === 404 && !target.possible(name).has(undefined))
        findings.add('lost', `${target.name}:${name} is gone before its delete`);
      if (answer.status === 202) ledger.note('tag.deleted', target.name);
      if (answer.status !== 202 && answer.status !== 404) {
        target.maybeUntagged(name);
        return false;
      }
      target.tagIs(name, undefined);
    } catch (error) {
      target.maybeUntagged(name);
      throw error;
    }
  }
  return true;
}
