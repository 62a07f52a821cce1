import { composeDirectories } from './compose-directories.ts';
import { composeCertificateLogin, composeForeignLogin, serviceOf } from './compose-federation.ts';
import { clusterTokens } from './compose-kubernetes.ts';
import { composePeople } from './compose-people.ts';
import type { Outside } from './compose-sign-in.ts';
import { composeStanding } from './compose-standing.ts';
import type { Config } from './config/schema.ts';
import { createIdentity, type Identity } from './identity/create-identity.ts';
import type { Clusters } from './identity/kubernetes/clusters.ts';
import type { ExternalPasswords } from './identity/password-login.ts';
import { loadOrCreateSecretKey } from './identity/secret-key.ts';
import { forgetSignIns } from './jobs/forget-sign-ins.ts';
import type { Metrics } from './observability/metrics.ts';
import type { Backends } from './open-backends.ts';
import type { Authorizer } from './registry/ports/authorizer.ts';
import type { ScheduledJob } from './registry/ports/scheduled-job.ts';
import type { SignInService } from './registry/ports/sign-in-service.ts';

/** Everything that proves who somebody is, and what is loaded when the first browser signs in. */
export async function composeIdentity(
  config: Config,
  backends: Backends,
  authorizer: Authorizer,
  { refusedLogin }: Metrics,
  clusters: Clusters | undefined,
): Promise<{ readonly identity: Identity; readonly signIn: () => Promise<SignInService>; readonly jobs: readonly ScheduledJob[] }> {
  const { metadata, logger } = backends;
  const people = await composePeople(config, backends);
  const directories = await composeDirectories(config, backends);
  const outside: Outside = { people, directories };
  const secretKey = await loadOrCreateSecretKey(config.secrets.keyFile);
  const identity = createIdentity({
    accounts: metadata,
    robots: metadata,
    authorizer,
    secretKey,
    foreign: await composeForeignLogin(config, { metadata, logger }, clusters === undefined ? [] : [clusters]),
    certificates: await composeCertificateLogin(config, { metadata, logger }),
    ...(clusters && { clusterTokens: clusterTokens(clusters, secretKey) }),
    externalPasswords: await composeExternalPasswords(outside, backends),
    secondFactor: config.signIn.secondFactor,
    issuer: config.tokens.issuer ?? 'longshore',
    service: serviceOf(config),
    lifetimeSeconds: config.tokens.lifetimeSeconds,
    // What shares SQLite is one host.
    areClocksApart: config.metadata.kind === 'postgres',
    now: Date.now,
    report: (message, error) => logger.warn(message, { error }),
    refused: refusedLogin,
  });
  const signIn = lazily(async () => {
    const { composeSignIn } = await import('./compose-sign-in.ts');
    return composeSignIn(config, backends, identity, secretKey, outside);
  });
  const idleMs = config.signIn.idleHours * 3_600_000;
  const standing = await composeStanding(config, backends);
  const jobs = [standing, forgetSignIns(metadata, idleMs, Date.now), ...(people?.jobs ?? []), ...(directories?.jobs ?? [])];
  return { identity, signIn, jobs };
}

async function composeExternalPasswords({ directories }: Outside, { logger }: Backends): Promise<ExternalPasswords | undefined> {
  if (directories === undefined) return undefined;
  const { createExternalPasswords } = await import('./identity/external-passwords.ts');
  return createExternalPasswords({ ...directories, logger });
}

/** Makes it when it is first asked for. */
function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    // A failure, such as too many open files, is not for ever.
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
