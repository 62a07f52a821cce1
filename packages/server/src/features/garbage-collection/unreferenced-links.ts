import { reach } from '../../registry/failpoints.ts';
import { endBatch, type GarbageRun } from './garbage-run.ts';

/** Takes blobs out of repositories in which no manifest needs them any more. */
export async function removeUnreferencedLinks(run: GarbageRun): Promise<void> {
  const { garbage, policy, startedAt, tally, fence } = run;
  const before = startedAt - policy.graceMs;
  let cursor: string | undefined;
  do {
    const page = await garbage.listUnreferencedLinks(before, cursor, policy.batchSize);
    if (page.items.length > 0) {
      tally.addRows('link', await garbage.removeUnreferencedLinks({ before, links: page.items, fence }));
      reach('gc.links.removed');
    }
    cursor = page.cursor;
    await endBatch(run);
  } while (cursor !== undefined);
}
