import { join } from 'node:path';
import type { Surroundings } from '../command.ts';
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

/** Docker Hub has a name of its own there. */
const keyOf = (host: string) => (host === 'docker.io' || host === 'registry-1.docker.io' ? 'https://index.docker.io/v1/' : host);
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
  const auth = config.auths?.[key] ?? config.auths?.[`https://${key}`];
  if (auth === undefined) return undefined;
  if (auth.identitytoken !== undefined && auth.identitytoken !== '') return { name: '<token>', password: auth.identitytoken };
  if (auth.auth === undefined) return auth.username === undefined ? undefined : { name: auth.username, password: auth.password ?? '' };
  const text = Buffer.from(auth.auth, 'base64').toString('utf8');
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
  const { [key]: removed, ...auths } = config.auths ?? {};
  if (removed !== undefined) await writeJsonFile(dockerConfigPath(place), { ...config, auths });
  return inHelper || removed !== undefined;
}
