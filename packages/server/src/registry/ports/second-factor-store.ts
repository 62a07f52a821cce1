import type { Agent } from './agent.ts';
import type { Millis } from './content-store.ts';

/** What a user proves besides a password (RFC 6238). */
export interface SecondFactor {
  /** Sealed with the installation's key; opaque here. */
  readonly sealedSecret: string;
  /** Whether its user has shown a first code; before that it asks nothing of anybody. */
  readonly confirmed: boolean;
  /** Codes of this step and of those before it are not taken (again). */
  readonly lastStep: number;
  readonly recoveryCodes: number;
}

/** Second factors and their recovery codes. Beginning and end raise the user's version: sessions and tokens from before end. */
export interface SecondFactorStore {
  findSecondFactor(userId: number): Promise<SecondFactor | undefined>;
  /** Keeps a secret that waits for its first code, in place of one that waited before; false when there is a confirmed one. */
  beginSecondFactor(input: { userId: number; sealedSecret: string; by: Agent; at: Millis }): Promise<boolean>;
  /** False when `sealedSecret` is not the one that waits (any more). `codeHashes`: the recovery codes. */
  confirmSecondFactor(input: {
    userId: number;
    sealedSecret: string;
    step: number;
    codeHashes: readonly Uint8Array[];
    by: Agent;
    at: Millis;
  }): Promise<boolean>;
  /** Uses up a step of a confirmed factor; false when it, or a later one, was used before. */
  useStep(input: { userId: number; step: number }): Promise<boolean>;
  /** Uses up a recovery code; answers how many are left, undefined when there is no such code. */
  useRecoveryCode(input: { userId: number; codeHash: Uint8Array; by: Agent; at: Millis }): Promise<number | undefined>;
  /** False when there is none. */
  removeSecondFactor(input: { userId: number; by: Agent; at: Millis }): Promise<boolean>;
}
