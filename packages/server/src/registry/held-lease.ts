import type { Fence, LeaseStore } from './ports/lease-store.ts';

/** Which lease, for whom, and for how long it stays taken when its holder dies. */
export interface LeaseTerms {
  readonly leases: LeaseStore;
  readonly name: string;
  /** Unique among all runs of all processes that may ever want this lease. */
  readonly holder: string;
  readonly ttlMs: number;
}

/** What came of asking for a lease: whether it was free, and what the work returned. */
export type LeasedRun<T> = { readonly held: true; readonly value: T } | { readonly held: false };

/** The reason of the signal when somebody else owns the lease, or it could not be renewed in time. */
export class LeaseLostError extends Error {
  constructor(name: string, cause?: unknown) {
    super(`The lease '${name}' was lost.`, { cause });
    this.name = 'LeaseLostError';
  }
}

/**
 * Runs `work` while holding a lease, renewed every third of its length; its second argument proves that to commands. The signal that `work` gets aborts with
 * `signal`, and with a `LeaseLostError` when the fencing token changed or no renewal succeeded for a whole length,
 * measured on this process's own steady clock. Releases at the end unless `keepMs` says for how long, from the end of
 * `work`, the lease stays taken after a success. Rejects as `work` rejects.
 */
export async function runWithLease<T>(
  terms: LeaseTerms,
  options: { signal?: AbortSignal | undefined; keepMs?: (() => number) | undefined },
  work: (signal: AbortSignal, fence: Fence) => Promise<T>,
): Promise<LeasedRun<T>> {
  const { leases, name, holder, ttlMs } = terms;
  options.signal?.throwIfAborted();
  const lease = await leases.acquireLease({ name, holder, ttlMs });
  if (lease === undefined) return { held: false };
  const lost = new AbortController();
  const renewal = keepRenewing(terms, lease.fencingToken, lost);
  const signal = options.signal === undefined ? lost.signal : AbortSignal.any([options.signal, lost.signal]);
  const settle = async (keepMs: number): Promise<void> => {
    await renewal.stop();
    if (lost.signal.aborted) return;
    if (keepMs > 0) await leases.acquireLease({ name, holder, ttlMs: keepMs });
    else await leases.releaseLease({ name, holder });
  };
  let value: T;
  try {
    value = await work(signal, { lease: name, token: lease.fencingToken });
  } catch (error) {
    // What the work threw says more than a failed release would; a lease that stays behind runs out by itself.
    await settle(0).catch(() => undefined);
    throw error;
  }
  await settle(options.keepMs?.() ?? 0);
  return { held: true, value };
}

function keepRenewing(terms: LeaseTerms, fencingToken: number, lost: AbortController): { stop(): Promise<void> } {
  const { leases, name, holder, ttlMs } = terms;
  let provenAt = performance.now();
  let renewing: Promise<void> = Promise.resolve();
  let running = false;
  const renew = async (): Promise<void> => {
    const askedAt = performance.now();
    try {
      const renewed = await leases.acquireLease({ name, holder, ttlMs });
      if (renewed?.fencingToken === fencingToken) provenAt = askedAt;
      else lost.abort(new LeaseLostError(name));
    } catch (error) {
      // The database may be back before the lease runs out; until then nobody else can have it.
      if (performance.now() - provenAt >= ttlMs) lost.abort(new LeaseLostError(name, error));
    }
  };
  const timer = setInterval(() => {
    if (running || lost.signal.aborted) {
      // A renewal that hangs must not keep its holder believing.
      if (performance.now() - provenAt >= ttlMs) lost.abort(new LeaseLostError(name));
      return;
    }
    running = true;
    renewing = renew().finally(() => {
      running = false;
    });
  }, ttlMs / 3);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await renewing;
    },
  };
}
