import { reach } from '../../registry/failpoints.ts';
import { endBatch, type GarbageRun } from './garbage-run.ts';

/** The newest push that makes an untagged manifest old enough; undefined when such manifests are kept. */
export function untaggedBefore({ policy, startedAt }: GarbageRun): number | undefined {
  return policy.untagged === 'keep' ? undefined : startedAt - Math.max(policy.graceMs, policy.untaggedAfterMs);
}

/**
 * Removes manifests that have no tag, no index and no present subject. An index that goes leaves its children, and a
 * subject its referrers, without anything that holds them, so passes repeat until one removes nothing.
 */
export async function removeUntaggedManifests(run: GarbageRun): Promise<void> {
  const before = untaggedBefore(run);
  if (before === undefined) return;
  while ((await removePass(run, before)) > 0);
}

async function removePass(run: GarbageRun, before: number): Promise<number> {
  const { garbage, policy, startedAt, by, tally, fence } = run;
  let removed = 0;
  let cursor: string | undefined;
  do {
    const page = await garbage.listUntaggedManifests(before, cursor, policy.batchSize);
    if (page.items.length > 0) {
      const gone = await garbage.removeUntaggedManifests({ before, at: startedAt, by, manifests: page.items, fence });
      removed += gone;
      tally.addRows('manifest', gone);
      reach('gc.manifests.removed');
    }
    cursor = page.cursor;
    await endBatch(run);
  } while (cursor !== undefined);
  return removed;
}
