import type { Millis } from './content-store.ts';

/**
 * One owner at a time for scheduled work. The fencing token rises with every change of owner; whoever acts on a lease
 * checks that it still holds it. Lengths, not instants, are what holders agree on, so clocks may be skewed.
 */
export interface LeaseStore {
  /** Takes or renews the lease for `ttlMs`, less than a day; undefined while another holder's lease runs. */
  acquireLease(input: { name: string; holder: string; at: Millis; ttlMs: number }): Promise<{ fencingToken: number } | undefined>;
  releaseLease(input: { name: string; holder: string }): Promise<void>;
}
