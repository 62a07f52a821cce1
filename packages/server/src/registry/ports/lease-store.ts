/**
 * Says by which turn of a lease something is done. A command that carries it is refused, with a `StorageError`, when somebody else
 * took the lease since, so that a holder which stood still meanwhile does no harm when it goes on.
 */
export interface Fence {
  readonly lease: string;
  readonly token: number;
}

/**
 * One owner at a time for scheduled work. The fencing token rises with every change of owner. How much of a lease is left is
 * decided by one clock, that of the store: those of its holders may be wrong by any amount.
 */
export interface LeaseStore {
  /** Takes or renews the lease for `ttlMs`, less than a day; undefined while another holder's lease runs. */
  acquireLease(input: { name: string; holder: string; ttlMs: number }): Promise<{ fencingToken: number } | undefined>;
  releaseLease(input: { name: string; holder: string }): Promise<void>;
}
