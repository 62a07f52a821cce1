import type { Config } from './config/schema.ts';
import { endFormerStanding } from './identity/external/former-settings.ts';
import type { ExternalAccountStore } from './registry/ports/external-account-store.ts';
import type { Logger } from './registry/ports/logger.ts';
import type { ScheduledJob } from './registry/ports/scheduled-job.ts';

/**
 * Ends, before anybody is served, what people hold by settings of before. The job does so again for as long as this process lives: processes
 * that still have the former settings go on giving it while they are replaced.
 */
export async function composeStanding(
  { signIn: { oidc, ldap } }: Config,
  { metadata, logger }: { metadata: ExternalAccountStore; logger: Logger },
): Promise<ScheduledJob> {
  const administratorGroups = new Map([...oidc, ...ldap].map(({ name, administratorGroup }) => [name, administratorGroup]));
  const run = () => endFormerStanding({ accounts: metadata, administratorGroups, logger, now: Date.now });
  await run();
  return { name: 'former-settings', cron: '* * * * *', run };
}
