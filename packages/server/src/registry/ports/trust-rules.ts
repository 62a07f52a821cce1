import type { ForeignClaims } from './foreign-tokens.ts';

/** What is said of a rule before it is stored: a fault keeps it from being stored, a warning does not. Sentences for who wrote it. */
export type RuleVerdict = { readonly fault: string } | { readonly warnings: readonly string[] };

/** Rules that say of a token's claims whether it is trusted. */
export interface TrustRules {
  /** `rule`: at most 2,048 characters. */
  check(rule: string): RuleVerdict;
  /** False too when it cannot be answered, such as of a claim that is not there. Bounded in time for claims as `ForeignClaims` are. */
  isTrueOf(rule: string, claims: ForeignClaims): boolean;
}
