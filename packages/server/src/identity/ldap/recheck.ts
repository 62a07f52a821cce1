import { systemAgent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { DueLink, ExternalAccountStore } from '../../registry/ports/external-account-store.ts';
import type { Logger } from '../../registry/ports/logger.ts';
import type { ExternalSignIn } from '../../registry/ports/sign-in.ts';
import { DirectoryTrouble } from './connection.ts';
import type { Directory } from './directory.ts';

/** What a recheck works with. */
export interface RecheckDeps {
  readonly directory: Pick<Directory, 'settings' | 'deadline' | 'findById' | 'identify'>;
  readonly accounts: Pick<ExternalAccountStore, 'claimDueLinks' | 'endExternal'>;
  readonly signIn: ExternalSignIn;
  /** Whether the directory says who administers the registry. */
  readonly decidesAdministrators: boolean;
  readonly intervalMs: Millis;
  readonly logger: Logger;
  readonly now: () => Millis;
}

const batch = 100;

/**
 * Asks the directory about the people who came from it and are due. Whoever is gone or disabled there leaves the directory's groups, and
 * what was issued to them ends; the groups of the others are as the directory has them now. Ends early, and goes on the next time, when
 * the directory cannot be asked: then nobody loses anything. Somebody about whom it gives no useful answer stays too, and keeps nobody else
 * in.
 */
export async function recheckPeople(deps: RecheckDeps, signal: AbortSignal): Promise<void> {
  const { directory, accounts, now, intervalMs, logger } = deps;
  const { name: provider } = directory.settings;
  for (;;) {
    const due = await accounts.claimDueLinks({ provider, at: now(), until: now() + intervalMs, limit: batch });
    for (const link of due) {
      if (signal.aborted) return;
      try {
        await recheck(deps, link);
      } catch (error) {
        if (!(error instanceof DirectoryTrouble)) throw error;
        const fields = { provider, person: link.externalName, detail: error.message };
        logger.warn('A directory could not be asked about somebody who came from it', fields);
        if (error.server) return;
      }
    }
    if (due.length < batch) return;
  }
}

async function recheck({ directory, accounts, signIn, decidesAdministrators, logger, now }: RecheckDeps, link: DueLink): Promise<void> {
  const { provider, externalId, externalName: person } = link;
  const by = systemAgent('directory-recheck');
  const end = directory.deadline();
  const found = await directory.findById(externalId, end);
  const answer = found.kind === 'entry' ? await directory.identify(found.entry, end) : undefined;
  if (answer?.kind === 'person') {
    await signIn.signIn(answer.identity, by);
    return;
  }
  const detail =
    answer?.detail ?? (found.kind === 'none' ? 'the directory has nobody with this id' : 'the directory has several people with this id');
  await accounts.endExternal({ provider, externalId, decidesAdministrators, suspends: true, by, at: now() });
  logger.info('Somebody who came from a directory is no longer let in', { provider, person, detail });
}
