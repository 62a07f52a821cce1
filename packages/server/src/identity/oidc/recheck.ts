import { systemAgent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { DueLink, ExternalAccountStore } from '../../registry/ports/external-account-store.ts';
import type { Logger } from '../../registry/ports/logger.ts';
import type { ExternalSignIn } from '../../registry/ports/sign-in.ts';
import type { OidcSignIn } from './oidc-sign-in.ts';

/** What a recheck works with. */
export interface RecheckDeps {
  readonly provider: Pick<OidcSignIn, 'name' | 'renew'>;
  readonly accounts: Pick<ExternalAccountStore, 'claimDueLinks' | 'endExternal'>;
  readonly signIn: ExternalSignIn;
  /** Whether the provider says who administers the registry. */
  readonly decidesAdministrators: boolean;
  readonly intervalMs: Millis;
  readonly logger: Logger;
  readonly now: () => Millis;
}

const batch = 50;

/**
 * Asks the provider about everybody who came from it and is due, by their refresh tokens. Whom it vouches for no more leaves its groups,
 * and what was issued to them ends; the groups of the others are as the provider has them now. Ends early when the provider cannot be
 * asked about anybody: then nobody loses anything, and it is asked about them again after the interval. Somebody about whom it gives no
 * useful answer stays too, and keeps nobody else in. Who came without a refresh token is left alone.
 */
export async function recheckPeople(deps: RecheckDeps, signal: AbortSignal): Promise<void> {
  const { provider, accounts, now, intervalMs } = deps;
  for (;;) {
    const due = await accounts.claimDueLinks({ provider: provider.name, at: now(), until: now() + intervalMs, limit: batch });
    for (const link of due) {
      if (signal.aborted || !(await recheck(deps, link))) return;
    }
    if (due.length < batch) return;
  }
}

/** False when the provider cannot be asked about anybody. */
async function recheck({ provider, accounts, signIn, decidesAdministrators, logger, now }: RecheckDeps, link: DueLink): Promise<boolean> {
  const { externalId, externalName: person, renewal } = link;
  if (renewal === undefined) return true;
  const by = systemAgent('oidc-recheck');
  const answer = await provider.renew({ externalId, renewal });
  if (answer.kind === 'renewed') {
    await signIn.signIn(answer.identity, by);
    return true;
  }
  const fields = { provider: provider.name, person, detail: answer.detail };
  if (answer.kind === 'unknown' || answer.kind === 'away') {
    logger.warn('A provider of logins could not be asked about somebody who came from it; they stay as they are until it can', fields);
    return answer.kind === 'unknown';
  }
  const at = now();
  const ended = await accounts.endExternal({ provider: provider.name, externalId, decidesAdministrators, ifRenewal: renewal, by, at });
  if (ended) logger.info('A provider of logins vouches no more for somebody who came from it: they must sign in again', fields);
  return true;
}
