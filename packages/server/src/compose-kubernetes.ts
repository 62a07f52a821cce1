import { RoleAuthorizer } from './access/authorizer.ts';
import type { Config } from './config/schema.ts';
import { BoundClusterTokens } from './identity/bound-cluster-token.ts';
import type { Clusters } from './identity/kubernetes/clusters.ts';
import { createSecretBox } from './identity/secret-box.ts';
import type { Backends } from './open-backends.ts';
import type { Authorizer } from './registry/ports/authorizer.ts';
import type { ClusterPeople } from './registry/ports/cluster-reviews.ts';
import type { ExternalAccountStore } from './registry/ports/external-account-store.ts';
import type { Logger } from './registry/ports/logger.ts';

/** Where Kubernetes puts into every Pod what it needs to ask its own cluster. */
const inPod = {
  server: 'https://kubernetes.default.svc',
  caFile: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
  tokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token',
};

/** Who decides: roles alone, or roles and after them the clusters that are configured. What asks those is loaded only then. */
export async function composeAccess(
  config: Config,
  { metadata, logger }: Backends,
): Promise<{ clusters: Clusters | undefined; authorizer: Authorizer }> {
  const { createOnPush } = config.projects;
  const roles = new RoleAuthorizer({ access: metadata, anonymous: config.anonymous, createOnPush });
  const clusters = await composeClusters(config, logger);
  if (clusters === undefined) return { clusters, authorizer: roles };
  const { ClusterAuthorizer } = await import('./access/cluster-authorizer.ts');
  const people = await composeClusterPeople(config, metadata);
  return { clusters, authorizer: new ClusterAuthorizer({ roles, reviews: clusters, people, projects: metadata, createOnPush }) };
}

async function composeClusterPeople({ kubernetes }: Config, accounts: ExternalAccountStore): Promise<ClusterPeople | undefined> {
  const rules = kubernetes.clusters.flatMap(({ name, people }) => (people === undefined ? [] : [{ cluster: name, ...people }]));
  if (rules.length === 0) return undefined;
  const { NamedPeople } = await import('./identity/kubernetes/cluster-people.ts');
  return new NamedPeople({ rules, accounts, elapsed: () => performance.now() });
}

async function composeClusters({ kubernetes }: Config, logger: Logger): Promise<Clusters | undefined> {
  if (kubernetes.clusters.length === 0) return undefined;
  const { Clusters: Asked } = await import('./identity/kubernetes/clusters.ts');
  const { createCluster } = await import('./identity/kubernetes/cluster.ts');
  const clusters = kubernetes.clusters.map(({ name, server, caFile, tokenFile, timeoutSeconds, issuer, audience, authorize, projects }) => {
    const place = server === undefined || tokenFile === undefined ? inPod : { server, caFile, tokenFile };
    const address = { name, ...place, timeoutMs: timeoutSeconds * 1000 };
    return createCluster({ address, issuer, audience, authorize, projects }, { logger, now: Date.now, elapsed: () => performance.now() });
  });
  const asked = new Asked(clusters);
  void asked.prepare((message, fields) => logger.error(message, fields));
  return asked;
}

/** What registry tokens for those whom a cluster knows are bound to. */
export function clusterTokens(clusters: Clusters, secretKey: Uint8Array): BoundClusterTokens {
  return new BoundClusterTokens({
    box: createSecretBox(secretKey, 'registry tokens of clusters'),
    verifyAgain: (cluster, token) => clusters.verifyAgain(cluster, token),
  });
}
