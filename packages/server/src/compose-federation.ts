import type { Config } from './config/schema.ts';
import type { ForeignLoginOptions } from './identity/foreign-login.ts';
import { trustedAuthorities } from './outgoing/trusted-authorities.ts';
import type { ForeignTokens } from './registry/ports/foreign-tokens.ts';
import type { Logger } from './registry/ports/logger.ts';
import type { TrustLogins } from './registry/ports/robot-trust-store.ts';
import type { TrustRules } from './registry/ports/trust-rules.ts';

const hourMs = 60 * 60 * 1000;

/** What `tokens.service` and `publicUrl` make of the registry's own name, which tokens for it have as their audience. */
export function serviceOf({ tokens, publicUrl }: Config): string {
  return tokens.service ?? (publicUrl === undefined ? 'longshore' : new URL(publicUrl).host);
}

/** What trusts of robots may be about: names of issuers and clusters. */
export function trustableIssuers({ federation, kubernetes }: Config): readonly string[] {
  return [...federation.issuers, ...kubernetes.clusters].map(({ name }) => name);
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
  const { TrustLogin } = await import('./identity/federation/trust-login.ts');
  const report = (message: string, error: unknown) => logger.warn(message, { error });
  return { sources, robots: new TrustLogin({ trusts: metadata, rules: await loadTrustRules(), now: Date.now, report }), logger };
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
  const trusted = issuers.map(async ({ name, issuer, audience = serviceOf(config), keysFile, authorityFile, algorithms, keysHours }) => {
    const source =
      keysFile === undefined
        ? publishedKeys(issuer, await trustedAuthorities(authorityFile, 'federation.issuers[].authorityFile'))
        : keysInFile(keysFile);
    const keys = new IssuerKeys({ name, source, keepMs: keysHours * hourMs, elapsed: () => performance.now(), logger });
    return { name, issuer, audience, algorithms, keys };
  });
  return [new IssuerTokens(await Promise.all(trusted), Date.now)];
}
