import type { AuditStore } from '../../registry/ports/audit-store.ts';
import type { Millis } from '../../registry/ports/content-store.ts';

const dayMs = 86_400_000;
/** Entries that one transaction removes: pushes wait behind it on SQLite. */
const batchSize = 500;

/** Removes entries older than `days` days, in batches, and answers how many; the next run goes on where `signal` ended this one. */
export async function removeOldEntries(
  deps: { readonly store: Pick<AuditStore, 'removeAudit'>; readonly clock: () => Millis },
  days: number,
  signal: AbortSignal,
): Promise<number> {
  const before = deps.clock() - days * dayMs;
  let removed = 0;
  for (;;) {
    signal.throwIfAborted();
    const count = await deps.store.removeAudit({ before, limit: batchSize });
    removed += count;
    if (count < batchSize) return removed;
  }
}
