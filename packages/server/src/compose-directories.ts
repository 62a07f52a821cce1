import type { Config } from './config/schema.ts';
import { systemAgent } from './registry/ports/agent.ts';
import type { DueLink, ExternalAccountStore } from './registry/ports/external-account-store.ts';
import type { Logger } from './registry/ports/logger.ts';
import type { ScheduledJob } from './registry/ports/scheduled-job.ts';
import type { ExternalSignIn, PasswordSource } from './registry/ports/sign-in.ts';

/** Directories whose people log in here. */
export interface Directories {
  readonly sources: readonly PasswordSource[];
  /** Makes users of whom they prove. */
  readonly external: ExternalSignIn;
  /** Keep what is known of these people true. */
  readonly jobs: readonly ScheduledJob[];
}

const minuteMs = 60_000;

/** The directories of the settings, undefined without any; what they need is loaded only then. Throws when one cannot be used as it is set. */
export async function composeDirectories(
  { signIn: { ldap } }: Config,
  { metadata, logger }: { metadata: ExternalAccountStore; logger: Logger },
): Promise<Directories | undefined> {
  if (ldap.length === 0) return undefined;
  const { createExternalSignIn } = await import('./identity/external/external-sign-in.ts');
  const { Directory } = await import('./identity/ldap/directory.ts');
  const { DirectoryPasswords } = await import('./identity/ldap/password-source.ts');
  const { askDirectory } = await import('./identity/ldap/recheck.ts');
  const { recheckPeople } = await import('./identity/external/recheck.ts');
  const now = Date.now;
  const report = (message: string, fields: Readonly<Record<string, unknown>>) => logger.warn(message, fields);
  const rules = new Map(ldap.map((entry) => [entry.name, { ...entry, recheckMs: entry.recheckMinutes * minuteMs }]));
  const external = createExternalSignIn({ accounts: metadata, rules, now, warn: report });
  const open = ldap.map((entry) => ({ entry, directory: new Directory({ settings: entry, now, report }) }));
  return {
    sources: open.map(({ entry, directory }) => new DirectoryPasswords(directory, { rememberMs: entry.rememberSeconds * 1000 })),
    external,
    jobs: open.map(({ entry, directory }) => ({
      name: `directory-recheck-${entry.name}`,
      cron: '* * * * *',
      run: (signal) => {
        const intervalMs = entry.recheckMinutes * minuteMs;
        const decidesAdministrators = entry.administratorGroup !== undefined;
        const deps = { provider: entry.name, ask: (link: DueLink) => askDirectory(directory, link), accounts: metadata, external };
        const by = systemAgent('directory-recheck');
        return recheckPeople({ ...deps, decidesAdministrators, suspends: true, by, intervalMs, logger, now }, signal);
      },
    })),
  };
}
