import { readFile } from 'node:fs/promises';
import type { RegistryClient, RegistryCredentials } from '@longshore/oci/client';
import { createRegistryClient } from '@longshore/oci/client';
import { type Surroundings, UsageError } from '../command.ts';
import { hostOf, isLoopback, registryUrl, servingUrl } from '../registry-address.ts';
import { type StoredCredential, storedCredential } from './docker-config.ts';
import { type KnownServer, readKnownServers } from './known-servers.ts';
import { trust } from './machine-network.ts';

/** A registry and who asks it. */
export interface Connection {
  /** Where requests go, with a slash at its end. */
  readonly url: string;
  /** Host and port, as in an image's name. */
  readonly host: string;
  /** Name and password, or a token alone; undefined: as anybody. */
  readonly credential: StoredCredential | { readonly token: string } | undefined;
  /** As was found at login; undefined for a registry that nobody logged in to. */
  readonly isLongshore: boolean | undefined;
  /** The host elsewhere that was found at login to issue its tokens: it gets the credential as well. */
  readonly tokenHost?: string | undefined;
  readonly fetch: typeof fetch;
}

/**
 * The registry that is meant: the one named (`--server`, or the host of an image), otherwise LONGSHORE_SERVER, otherwise that of the last
 * login. LONGSHORE_TOKEN goes to the registry of LONGSHORE_SERVER and to no other. Throws a UsageError when none is meant.
 */
export async function connect(named: string | undefined, surroundings: Surroundings): Promise<Connection> {
  const { environment, fetch } = surroundings;
  const known = await readKnownServers(surroundings);
  const fromEnvironment = environment['LONGSHORE_SERVER'] || undefined;
  const meant = named ?? fromEnvironment ?? known.current;
  if (meant === undefined)
    throw new UsageError('which registry? Log in with longshore login URL, name one with --server URL, or set LONGSHORE_SERVER');
  const host = hostOf(registryUrl(meant));
  const before = Object.hasOwn(known.servers, host) ? known.servers[host] : undefined;
  const url = registryUrl(/^https?:/.test(meant) ? meant : (before?.url ?? meant));
  if (before?.caFile !== undefined) await trustAuthorities(before.caFile);
  const token = environment['LONGSHORE_TOKEN'] || undefined;
  const environmentUrl = fromEnvironment === undefined ? undefined : registryUrl(fromEnvironment);
  const isEnvironments =
    environmentUrl !== undefined && hostOf(environmentUrl) === host && !(url.startsWith('http:') && environmentUrl.startsWith('https:'));
  const credential = token !== undefined && isEnvironments ? { token } : await keptCredential(url, before, surroundings);
  return { url: servingUrl(url), host, credential, isLongshore: before?.isLongshore, tokenHost: before?.tokenHost, fetch };
}

/**
 * What is kept for a registry. It is kept under the host alone, by docker as well: what was given over TLS must not go out in the clear because
 * somebody wrote http://. Whoever wants that logs in there so.
 */
async function keptCredential(url: string, before: KnownServer | undefined, surroundings: Surroundings) {
  const host = hostOf(url);
  const kept = await storedCredential(host, surroundings);
  const isClear = url.startsWith('http:') && (before === undefined ? !isLoopback(new URL(url).hostname) : !before.url.startsWith('http:'));
  if (kept === undefined || !isClear) return kept;
  surroundings.output.err(
    `The login to ${host} is not sent without TLS, where others could read it. If that is what you want: longshore login http://${host}`,
  );
  return undefined;
}

/** Whether a registry is meant although none is named. */
export async function isServerMeant(surroundings: Pick<Surroundings, 'environment' | 'home'>): Promise<boolean> {
  return Boolean(surroundings.environment['LONGSHORE_SERVER']) || (await readKnownServers(surroundings)).current !== undefined;
}

/** Trusts the authorities of a PEM file for the rest of this process, besides those of Node and of the machine. */
export async function trustAuthorities(path: string): Promise<void> {
  const pem = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`the authorities in ${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  });
  trust([pem]);
}

/** A client of its distribution API. */
export function registryClientOf(connection: Connection): RegistryClient {
  const { url, credential, fetch } = connection;
  const credentials = credential === undefined ? undefined : registryCredentials(credential);
  return createRegistryClient({
    baseUrl: url,
    fetch,
    ...(credentials !== undefined && { credentials }),
    trustedRealmHosts: trustedRealmHosts(connection),
  });
}

/** The hosts besides the registry's own whose token service gets what is kept for the registry. */
export function trustedRealmHosts({ url, tokenHost }: Pick<Connection, 'url' | 'tokenHost'>): readonly string[] {
  // Whoever has logged in there with docker need not do so again.
  const hub = url.startsWith('https://registry-1.docker.io/') ? ['auth.docker.io'] : [];
  return tokenHost === undefined ? hub : [...hub, tokenHost];
}

function registryCredentials(credential: NonNullable<Connection['credential']>): RegistryCredentials {
  // The token service takes an access token as password, whatever the name.
  if ('token' in credential) return { username: 'token', password: credential.token };
  if (credential.name === '<token>') return { identityToken: credential.password };
  return { username: credential.name, password: credential.password };
}
