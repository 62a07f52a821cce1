import { endBatch, type GarbageRun } from './garbage-run.ts';

/** Forgets leases that hold nothing any more. */
export async function forgetEndedLeases(run: GarbageRun): Promise<void> {
  const { garbage, startedAt, fence } = run;
  let cursor: string | undefined;
  do {
    const page = await garbage.listEndedLeases(startedAt, cursor);
    if (page.items.length > 0) await garbage.forgetLeases({ holders: page.items, at: startedAt, fence });
    cursor = page.cursor;
    await endBatch(run);
  } while (cursor !== undefined);
}
