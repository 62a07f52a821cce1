import type { Millis } from '../../registry/ports/content-store.ts';
import type { PromotionStore } from '../../registry/ports/promotion-store.ts';

const dayMs = 86_400_000;

/** Removes what happened to tags more than `days` days ago, except the last of each tag, a transaction for a page; answers how much. */
export async function removeOldTagHistory(
  deps: { readonly promotions: Pick<PromotionStore, 'removeTagHistory'>; readonly clock: () => Millis },
  days: number,
  signal: AbortSignal,
): Promise<number> {
  const before = deps.clock() - days * dayMs;
  let removed = 0;
  for (let after: number | undefined = 0; after !== undefined; ) {
    signal.throwIfAborted();
    const page: { removed: number; next: number | undefined } = await deps.promotions.removeTagHistory({ before, after });
    removed += page.removed;
    after = page.next;
  }
  return removed;
}
