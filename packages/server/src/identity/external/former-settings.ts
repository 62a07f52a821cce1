import { systemAgent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { ExternalAccountStore } from '../../registry/ports/external-account-store.ts';
import type { Logger } from '../../registry/ports/logger.ts';

/** What is compared with the settings. */
export interface FormerSettingsDeps {
  readonly accounts: Pick<ExternalAccountStore, 'listProviderStandings' | 'endProviderStanding'>;
  /** Every provider of the settings, with the group of which the members administer. */
  readonly administratorGroups: ReadonlyMap<string, string | undefined>;
  readonly logger: Logger;
  readonly now: () => Millis;
}

const batch = 50;

const said = {
  everything:
    'The settings have a provider of logins no more: who came by it has left its groups and cannot log in or use access tokens, until the settings have it again or an administrator enables them',
  administration: 'The settings name another group of administrators, or none: members of the former one administer no more',
};

/** Ends what people hold by the word of a provider, or of a group of it, that the settings do not have (any more). */
export async function endFormerStanding({ accounts, administratorGroups, logger, now }: FormerSettingsDeps): Promise<void> {
  const by = systemAgent('former-settings');
  for (const standing of await accounts.listProviderStandings()) {
    const { provider, administratorGroup: group } = standing;
    const ends = !administratorGroups.has(provider) ? 'everything' : 'administration';
    if (ends === 'administration' && (group === undefined || group === administratorGroups.get(provider))) continue;
    let people = 0;
    for (let ended = batch; ended === batch; people += ended) {
      ended = await accounts.endProviderStanding({ ...standing, ends, limit: batch, by, at: now() });
    }
    if (people > 0) logger.warn(said[ends], { provider, group, people });
  }
}
