import { join } from 'node:path';
import type { Surroundings } from '../command.ts';
import { hostOf } from '../registry-address.ts';
import { eraseFromHelper, helperCredential, storeInHelper } from './credential-program.ts';
import { readJsonFile, writeJsonFile } from './known-servers.ts';

/** A name with its password or token; a name of `<token>` goes with an identity token. */
export interface StoredCredential {
  readonly name: string;
  readonly password: string;
}

interface Auth {
  readonly auth?: string;
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
}

interface DockerConfig {
  readonly auths?: Readonly<Record<string, Auth>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

type Place = Pick<Surroundings, 'environment' | 'home'>;

/** Docker's own file: `config.json` in `DOCKER_CONFIG`, otherwise in `~/.docker`. */
export function dockerConfigPath({ environment, home }: Place): string {
  return join(environment['DOCKER_CONFIG'] || join(home, '.docker'), 'config.json');
}

async function readConfig(place: Place): Promise<DockerConfig> {
  return ((await readJsonFile(dockerConfigPath(place))) as DockerConfig | undefined) ?? {};
}

/** What Docker writes for a registry. Docker Hub has a name of its own there. */
const keyOf = (host: string) => (host === 'docker.io' ? 'https://index.docker.io/v1/' : host);
/** What of the file is for a registry, by what Docker writes first: others write its URL, with the version of the API, and Docker reads that too. */
function keysOf({ auths = {} }: DockerConfig, host: string): readonly string[] {
  const isFor = (key: string): boolean => {
    const url = URL.parse(key.includes('://') ? key : `https://${key}`);
    // Behind the host of another path there is a login to a part of the registry.
    return url !== null && /^\/(v[12]\/?)?$/.test(url.pathname) && hostOf(url.href) === host;
  };
  const own = keyOf(host);
  return Object.keys(auths)
    .filter(isFor)
    .toSorted((a, b) => Number(b === own) - Number(a === own));
}

const helperOf = ({ credHelpers, credsStore }: DockerConfig, key: string) => credHelpers?.[key] || credsStore || undefined;

/** What Docker would log in to this host with; undefined when nobody has logged in there. */
export async function storedCredential(host: string, place: Place): Promise<StoredCredential | undefined> {
  const config = await readConfig(place);
  const key = keyOf(host);
  const helper = helperOf(config, key);
  if (helper !== undefined) {
    const kept = await helperCredential(helper, key);
    if (kept !== undefined) return { name: kept.Username, password: kept.Secret };
  }
  for (const one of keysOf(config, host)) {
    const found = credentialIn(config.auths?.[one] ?? {});
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The credential of an entry; undefined of one that only says that a helper has it. */
function credentialIn({ auth, identitytoken, username, password = '' }: Auth): StoredCredential | undefined {
  if (identitytoken !== undefined && identitytoken !== '') return { name: '<token>', password: identitytoken };
  if (auth === undefined) return username === undefined ? undefined : { name: username, password };
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Keeps it where Docker keeps its own; resolves to where that is, for people, and whether it is readable there as text. */
export async function storeCredential(
  host: string,
  { name, password }: StoredCredential,
  place: Place,
): Promise<{ readonly where: string; readonly isPlain: boolean }> {
  const config = await readConfig(place);
  const key = keyOf(host);
  const helper = helperOf(config, key);
  if (helper !== undefined) {
    await storeInHelper(helper, key, { Username: name, Secret: password });
    return { where: `docker-credential-${helper}`, isPlain: false };
  }
  const auths = { ...config.auths, [key]: { auth: Buffer.from(`${name}:${password}`, 'utf8').toString('base64') } };
  await writeJsonFile(dockerConfigPath(place), { ...config, auths });
  return { where: dockerConfigPath(place), isPlain: true };
}

/** Forgets what is kept for a host; false when there was nothing. */
export async function removeCredential(host: string, place: Place): Promise<boolean> {
  const config = await readConfig(place);
  const key = keyOf(host);
  const helper = helperOf(config, key);
  const inHelper = helper !== undefined && (await helperCredential(helper, key)) !== undefined;
  if (helper !== undefined && inHelper) await eraseFromHelper(helper, key);
  const keys = keysOf(config, host);
  if (keys.length > 0) {
    const auths = Object.fromEntries(Object.entries(config.auths ?? {}).filter(([one]) => !keys.includes(one)));
    await writeJsonFile(dockerConfigPath(place), { ...config, auths });
  }
  return inHelper || keys.length > 0;
}
