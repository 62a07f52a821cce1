import { composeForeignLogin, serviceOf } from './compose-federation.ts';
import { clusterTokens } from './compose-kubernetes.ts';
import type { Config } from './config/schema.ts';
import { createIdentity, type Identity } from './identity/create-identity.ts';
import type { Clusters } from './identity/kubernetes/clusters.ts';
import { loadOrCreateSecretKey } from './identity/secret-key.ts';
import type { Metrics } from './observability/metrics.ts';
import type { Backends } from './open-backends.ts';
import type { Authorizer } from './registry/ports/authorizer.ts';

/** Everything that proves who somebody is. */
export async function composeIdentity(
  config: Config,
  { metadata, logger }: Backends,
  authorizer: Authorizer,
  { refusedLogin }: Metrics,
  clusters: Clusters | undefined,
): Promise<Identity> {
  const secretKey = await loadOrCreateSecretKey(config.secrets.keyFile);
  return createIdentity({
    accounts: metadata,
    robots: metadata,
    authorizer,
    secretKey,
    foreign: await composeForeignLogin(config, { metadata, logger }, clusters === undefined ? [] : [clusters]),
    ...(clusters && { clusterTokens: clusterTokens(clusters, secretKey) }),
    issuer: config.tokens.issuer ?? 'longshore',
    service: serviceOf(config),
    lifetimeSeconds: config.tokens.lifetimeSeconds,
    // What shares SQLite is one host.
    areClocksApart: config.metadata.kind === 'postgres',
    now: Date.now,
    report: (message, error) => logger.warn(message, { error }),
    refused: refusedLogin,
  });
}
