import type { Config } from './config/schema.ts';
import type { RecheckDeps } from './identity/external/recheck.ts';
import { loadOrCreateSecretKey } from './identity/secret-key.ts';
import { systemAgent } from './registry/ports/agent.ts';
import type { ExternalAccountStore } from './registry/ports/external-account-store.ts';
import type { Logger } from './registry/ports/logger.ts';
import type { ScheduledJob } from './registry/ports/scheduled-job.ts';
import type { ExternalSignIn, SignInProvider } from './registry/ports/sign-in.ts';

/** Providers that browsers are sent to. */
export interface People {
  readonly providers: readonly SignInProvider[];
  /** Makes users of whom they send. */
  readonly external: ExternalSignIn;
  /** Keep what is known of these people true. */
  readonly jobs: readonly ScheduledJob[];
}

const minuteMs = 60_000;

/** The providers of the settings, undefined without any; what they need is loaded only then, and none is asked before somebody signs in. */
export async function composePeople(
  { signIn: { oidc }, secrets, outgoing }: Config,
  { metadata, logger }: { metadata: ExternalAccountStore; logger: Logger },
): Promise<People | undefined> {
  if (oidc.length === 0) return undefined;
  const { createExternalSignIn } = await import('./identity/external/external-sign-in.ts');
  const { OidcSignIn } = await import('./identity/oidc/oidc-sign-in.ts');
  const { recheckPeople } = await import('./identity/external/recheck.ts');
  const { createSecretBox } = await import('./identity/secret-box.ts');
  const { endpointsNamedBy } = await import('./outgoing/named-endpoints.ts');
  const { trustedAuthorities } = await import('./outgoing/trusted-authorities.ts');
  const box = createSecretBox(await loadOrCreateSecretKey(secrets.keyFile), 'renewal of logins');
  const now = Date.now;
  const rules = new Map(oidc.map((entry) => [entry.name, { ...entry, recheckMs: entry.recheckMinutes * minuteMs }]));
  const external = createExternalSignIn({ accounts: metadata, rules, now, warn: (message, fields) => logger.warn(message, fields) });
  const opened = oidc.map((entry) => {
    const authorities = () => trustedAuthorities(entry.authorityFile, 'signIn.oidc[].authorityFile');
    const endpoints = endpointsNamedBy(entry.issuer, outgoing.allow);
    const settings = { ...entry, authorities, endpoints, title: entry.title ?? entry.name, timeoutMs: entry.timeoutSeconds * 1000 };
    return { entry, provider: new OidcSignIn({ settings, box, now, elapsed: () => performance.now() }) };
  });
  return {
    providers: opened.map(({ provider }) => provider),
    external,
    jobs: opened.map(({ entry, provider }) => {
      const intervalMs = entry.recheckMinutes * minuteMs;
      const decidesAdministrators = entry.administratorGroup !== undefined;
      const deps: RecheckDeps = {
        provider: entry.name,
        // Who came without a refresh token is left alone.
        ask: async ({ externalId, renewal }) => (renewal === undefined ? undefined : provider.renew({ externalId, renewal })),
        accounts: metadata,
        // A refusal may mean no more than that the refresh token is over, and access tokens are for when nobody is there.
        ...{ external, decidesAdministrators, suspends: false, by: systemAgent('oidc-recheck'), intervalMs, logger, now },
      };
      return { name: `oidc-recheck-${entry.name}`, cron: '* * * * *', run: (signal) => recheckPeople(deps, signal) };
    }),
  };
}
