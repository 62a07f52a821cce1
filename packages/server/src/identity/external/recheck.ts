import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { DueLink, ExternalAccountStore } from '../../registry/ports/external-account-store.ts';
import type { Logger } from '../../registry/ports/logger.ts';
import type { ExternalIdentity, ExternalSignIn } from '../../registry/ports/sign-in.ts';

/**
 * What became of asking a provider about somebody again. `ended`: it vouches no more. `unknown`: it has no useful answer about this person.
 * `away`: nor about anybody.
 */
export type Renewal =
  | { readonly kind: 'renewed'; readonly identity: ExternalIdentity }
  | { readonly kind: 'ended' | 'unknown' | 'away'; readonly detail: string };

/** What a recheck works with. */
export interface RecheckDeps {
  readonly provider: string;
  /** Undefined: nothing is known with which the provider could be asked about them. */
  readonly ask: (link: DueLink) => Promise<Renewal | undefined>;
  readonly accounts: Pick<ExternalAccountStore, 'claimDueLinks' | 'endExternal'>;
  readonly external: Pick<ExternalSignIn, 'renew'>;
  /** Whether the provider says who administers the registry. */
  readonly decidesAdministrators: boolean;
  /** Whether access tokens end, too, with the word of the provider, until it vouches again. */
  readonly suspends: boolean;
  readonly by: Agent;
  readonly intervalMs: Millis;
  readonly logger: Logger;
  readonly now: () => Millis;
}

const batch = 50;

/**
 * Asks a provider about everybody who came from it and is due. Whom it vouches for no more leaves its groups, and what was issued to them
 * ends; the groups of the others are as the provider has them now. Ends early when the provider cannot be asked about anybody: then nobody
 * loses anything, and it is asked about them again after the interval. Somebody about whom it gives no useful answer stays too, and keeps
 * nobody else in.
 */
export async function recheckPeople(deps: RecheckDeps, signal: AbortSignal): Promise<void> {
  const { provider, accounts, now, intervalMs } = deps;
  for (;;) {
    const due = await accounts.claimDueLinks({ provider, at: now(), until: now() + intervalMs, limit: batch });
    for (const link of due) {
      if (signal.aborted || !(await recheck(deps, link))) return;
    }
    if (due.length < batch) return;
  }
}

/** False when the provider cannot be asked about anybody. */
async function recheck(deps: RecheckDeps, link: DueLink): Promise<boolean> {
  const { provider, ask, accounts, external, decidesAdministrators, suspends, by, logger, now } = deps;
  const { externalId, externalName: person, renewal: ifRenewal } = link;
  const answer = await ask(link);
  if (answer === undefined) return true;
  if (answer.kind === 'renewed') {
    await external.renew(answer.identity, by);
    return true;
  }
  const fields = { provider, person, detail: answer.detail };
  if (answer.kind !== 'ended') {
    logger.warn('A provider of logins could not be asked about somebody who came from it; they stay as they are until it can', fields);
    return answer.kind === 'unknown';
  }
  const ended = await accounts.endExternal({ provider, externalId, decidesAdministrators, suspends, ifRenewal, by, at: now() });
  if (ended) logger.info('A provider of logins vouches no more for somebody who came from it: they must sign in again', fields);
  return true;
}
