import type { Config } from './config/schema.ts';
import type { CertificateLoginOptions } from './identity/certificate-login.ts';
import type { ForeignLoginOptions, TrustingRobots } from './identity/foreign-login.ts';
import { trustedAuthorities } from './outgoing/trusted-authorities.ts';
import type { ForeignTokens } from './registry/ports/foreign-tokens.ts';
import type { Logger } from './registry/ports/logger.ts';
import type { TrustKind, TrustLogins } from './registry/ports/robot-trust-store.ts';
import { clientAuthorities } from './registry/ports/shown-certificate.ts';
import type { TrustRules } from './registry/ports/trust-rules.ts';

const hourMs = 60 * 60 * 1000;

/** What `tokens.service` and `publicUrl` make of the registry's own name, which tokens for it have as their audience. */
export function serviceOf({ tokens, publicUrl }: Config): string {
  return tokens.service ?? (publicUrl === undefined ? 'longshore' : new URL(publicUrl).host);
}

/** What trusts of robots may be about: names of issuers and clusters, and the authorities of clients. */
export function trustableIssuers({ federation, kubernetes, tls }: Config): ReadonlyMap<string, TrustKind> {
  const issuers = [...federation.issuers, ...kubernetes.clusters].map(({ name }) => [name, 'token'] as const);
  return new Map<string, TrustKind>([
    ...issuers,
    ...(tls.clientCertificates === 'off' ? [] : [[clientAuthorities, 'certificate'] as const]),
  ]);
}

/** What takes tokens of other issuers: the configured ones and `others`. Undefined without any; what it needs is loaded only then. */
export async function composeForeignLogin(
  config: Config,
  { metadata, logger }: { metadata: TrustLogins; logger: Logger },
  others: readonly ForeignTokens[],
): Promise<ForeignLoginOptions | undefined> {
  const sources = [...(await configuredIssuers(config, logger)), ...others];
  if (sources.length === 0) return undefined;
  const names = sources.flatMap((source) => source.names);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  // A trust names one of them, and must not be about two.
  if (twice !== undefined) throw new Error(`An issuer and a cluster are both called '${twice}' in the settings: rename one of them.`);
  if (names.includes(clientAuthorities))
    throw new Error(`An issuer or a cluster is called '${clientAuthorities}' in the settings: rename it.`);
  return { sources, robots: await composeTrustLogin(metadata, logger), logger };
}

/** What takes certificates of clients; undefined when they are not asked for one. */
export async function composeCertificateLogin(
  { tls: { clientCertificates, clientUsers: users } }: Config,
  { metadata, logger }: { metadata: TrustLogins; logger: Logger },
): Promise<Pick<CertificateLoginOptions, 'robots' | 'users' | 'logger'> | undefined> {
  if (clientCertificates === 'off') return undefined;
  return { users, robots: await composeTrustLogin(metadata, logger), logger };
}

async function composeTrustLogin(trusts: TrustLogins, logger: Logger): Promise<TrustingRobots> {
  const { TrustLogin } = await import('./identity/federation/trust-login.ts');
  const report = (message: string, error: unknown) => logger.warn(message, { error });
  return new TrustLogin({ trusts, rules: await loadTrustRules(), now: Date.now, report });
}

/** The rules of trusts; loads their language. */
export async function loadTrustRules(): Promise<TrustRules> {
  const { CelRules } = await import('./identity/federation/trust-rule.ts');
  return new CelRules();
}

async function configuredIssuers(config: Config, logger: Logger): Promise<readonly ForeignTokens[]> {
  const { issuers } = config.federation;
  if (issuers.length === 0) return [];
  const { IssuerTokens } = await import('./identity/federation/issuer-tokens.ts');
  const { IssuerKeys } = await import('./identity/federation/issuer-keys.ts');
  const { keysInFile, publishedKeys } = await import('./identity/federation/issuer-key-source.ts');
  const { endpointsNamedBy } = await import('./outgoing/named-endpoints.ts');
  const trusted = issuers.map(async ({ name, issuer, audience = serviceOf(config), keysFile, authorityFile, algorithms, keysHours }) => {
    const source =
      keysFile === undefined
        ? publishedKeys(
            issuer,
            await trustedAuthorities(authorityFile, 'federation.issuers[].authorityFile'),
            endpointsNamedBy(issuer, config.outgoing.allow),
          )
        : keysInFile(keysFile);
    const keys = new IssuerKeys({ name, source, keepMs: keysHours * hourMs, elapsed: () => performance.now(), logger });
    return { name, issuer, audience, algorithms, keys };
  });
  return [new IssuerTokens(await Promise.all(trusted), Date.now)];
}
