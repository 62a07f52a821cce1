import type { User } from '../../registry/ports/account-store.ts';

/** Of whom a second factor is asked besides those who have set one up. */
export type SecondFactorPolicy = 'optional' | 'administrators' | 'everybody';

/** Whether this user must set one up before anything else. */
export function mustSetUp(policy: SecondFactorPolicy, { secondFactor, administrator }: User): boolean {
  return !secondFactor && (policy === 'everybody' || (policy === 'administrators' && administrator));
}

/** Whether a password alone is not enough for this user. */
export function needsSecondFactor(policy: SecondFactorPolicy, user: User): boolean {
  return user.secondFactor || mustSetUp(policy, user);
}
