import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createApiClient } from '../../packages/api-client/src/index.ts';
import { type KubeApiserver, startKubeApiserver } from '../tools/kube-apiserver.ts';
import { type Longshore, startLongshore } from '../tools/longshore.ts';
import { TestIdentityProvider } from '../tools/oidc-provider.ts';
import { type Slapd, startSlapd } from '../tools/slapd.ts';
import { startTokenIssuer, type TokenIssuer } from '../tools/token-issuer.ts';
import { type BrowserWorld, browserPeople, callbackOf, providerEntry } from './browser-people.ts';
import { type ClientAuthorities, clientCertificates, prepareClientAuthorities } from './client-certificates.ts';
import { directoryEntry, directoryPasswords, directoryPeople } from './directory-people.ts';
import { federatedTokens } from './federated-tokens.ts';
import { ownCredentials } from './own-credentials.ts';
import { prepareServiceAccounts, serviceAccounts } from './service-accounts.ts';
import type { CredentialKind } from './shown-credential.ts';

const audience = 'registry.example';

/** A registry over TLS, and everybody who can say for it who somebody is. */
export interface WholeWorld extends BrowserWorld {
  readonly server: Longshore;
  /** Of the authority that vouches for the registry. */
  readonly authorityFile: string;
  readonly cluster: KubeApiserver;
  readonly clients: ClientAuthorities;
  readonly slapd: Slapd;
  readonly issuer: TokenIssuer;
  /** An issuer whom the registry does not know. */
  readonly stranger: TokenIssuer;
  stop(): Promise<void>;
}

/** Starts them all, with one private project. */
export async function startWorld(project: string): Promise<WholeWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-credentials-'));
  const [cluster, slapd, idp, issuer, stranger] = await Promise.all([
    startKubeApiserver(),
    startSlapd(directoryPeople),
    TestIdentityProvider.start([]),
    startTokenIssuer(),
    startTokenIssuer(),
  ]);
  const config = join(directory, 'longshore.yaml');
  const clients = await prepareClientAuthorities(directory);
  const settings = {
    tls: clients.settings,
    tokens: { service: audience },
    kubernetes: await prepareServiceAccounts(cluster, project),
    federation: { issuers: [{ name: 'github', issuer: issuer.issuer }] },
    signIn: { oidc: [providerEntry(idp)], ldap: [directoryEntry(slapd)] },
  };
  await writeFile(config, JSON.stringify(settings));
  const server = await startLongshore({ args: ['--config', config, '--tls-self-signed', '127.0.0.1'] });
  idp.allow([callbackOf(server.url)]);
  const authorityFile = join(server.dataDir, 'tls', 'ca.crt');
  const authority = await readFile(authorityFile, 'utf8');
  // For the client of the management API, which asks as every Node program does.
  setDefaultCACertificates([...getCACertificates(), authority]);
  const admin = createApiClient({ baseUrl: server.url, credential: { name: 'admin', password: server.adminPassword } });
  await admin.POST('/api/v1/projects', { body: { name: project } });
  const stop = async (): Promise<void> => {
    await server.stop();
    await Promise.all([cluster.stop(), slapd.stop(), idp.stop(), issuer.close(), stranger.close()]);
    await rm(directory, { recursive: true, force: true });
  };
  return { url: server.url, admin, project, idp, authority, authorityFile, server, cluster, clients, slapd, issuer, stranger, stop };
}

/** Everything that a client can be given. */
export function credentialKinds(world: WholeWorld): readonly CredentialKind[] {
  const { cluster, clients, slapd, issuer, stranger, project } = world;
  return [
    ...ownCredentials(world),
    ...browserPeople(world),
    directoryPasswords(world, slapd),
    federatedTokens(world, { issuer, stranger, audience }),
    serviceAccounts(cluster, project),
    clientCertificates(world, clients),
  ];
}
