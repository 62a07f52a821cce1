import type { HttpChallenge } from '../../../registry/ports/certificate-store.ts';
import type { Fence } from '../../../registry/ports/lease-store.ts';

/** What shows the authority that one name is ours. */
export interface Proof extends HttpChallenge {
  /** A DNS name without `*.`, or an address. */
  readonly name: string;
}

/** Where the authority looks for proofs. */
export interface ChallengeDoor {
  readonly type: 'http-01' | 'dns-01';
  /** Resolves when the authority can see all of them. */
  publish(proofs: readonly Proof[], turn: { readonly fence: Fence; readonly signal: AbortSignal }): Promise<void>;
  /** Soon, when the signal has aborted: the process ends. */
  withdraw(proofs: readonly Proof[], turn: { readonly fence: Fence; readonly signal: AbortSignal }): Promise<void>;
}
