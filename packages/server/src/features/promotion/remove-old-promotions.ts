import type { Millis } from '../../registry/ports/content-store.ts';
import type { PromotionStore } from '../../registry/ports/promotion-store.ts';

const dayMs = 86_400_000;

/**
 * Removes promotions of more than `days` days ago, unless their tag still shows what they brought, a transaction for a page; answers how
 * many. The next run goes on where `signal` ended this one.
 */
export async function removeOldPromotions(
  deps: { readonly promotions: Pick<PromotionStore, 'listOldPromotions' | 'removePromotions'>; readonly clock: () => Millis },
  days: number,
  signal: AbortSignal,
): Promise<number> {
  const at = deps.clock();
  let removed = 0;
  for (let after: number | undefined = 0; after !== undefined; ) {
    signal.throwIfAborted();
    const page: { ids: number[]; next: number | undefined } = await deps.promotions.listOldPromotions({
      before: at - days * dayMs,
      at,
      after,
    });
    if (page.ids.length > 0) removed += await deps.promotions.removePromotions(page);
    after = page.next;
  }
  return removed;
}
