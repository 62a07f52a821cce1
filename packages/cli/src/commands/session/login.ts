import { resolve } from 'node:path';
import { ApiProblem } from '@longshore/api-client';
import { callOperation } from '../../api/call-operation.ts';
import { operationOf } from '../../api/operation.ts';
import { type Command, type CommandInput, type Surroundings, UsageError } from '../../command.ts';
import { type Connection, registryClientOf, trustAuthorities } from '../../connection/connect.ts';
import { type StoredCredential, storeCredential } from '../../connection/docker-config.ts';
import { isLongshore } from '../../connection/is-longshore.ts';
import { readKnownServers, writeKnownServers } from '../../connection/known-servers.ts';
import { tokenHostOf } from '../../connection/token-host.ts';
import { caFileFlag } from '../../flags.ts';
import { hostOf, registryUrl, servingUrl } from '../../registry-address.ts';
import { deviceLogin } from './device-login.ts';

/** `longshore login`: keeps a credential where Docker keeps its own, and makes the registry the one that is meant. */
export const login: Command = {
  name: 'login',
  summary: 'Logs in to a registry, which is meant from then on when none is named',
  takes: [{ name: 'SERVER', optional: true }],
  flags: [
    { name: 'username', short: 'u', value: 'NAME', summary: 'Who logs in; asked for at a terminal' },
    { name: 'password-stdin', summary: 'Read the password, or an access token, from standard input' },
    { name: 'token-stdin', summary: 'Read an access token or the secret of a robot from standard input; its owner needs no --username' },
    { name: 'device', summary: 'Be let in by somebody with a browser, here or elsewhere' },
    caFileFlag,
  ],
  examples: [
    'longshore login registry.example',
    'longshore login registry.example --device',
    'longshore login registry.example -u robot+team+ci --password-stdin < secret.txt',
  ],
  operations: [],
  anyRegistry: true,
  async run(input, surroundings) {
    const { output, fetch, say } = surroundings;
    const known = await readKnownServers(surroundings);
    const named = input.words[0] ?? surroundings.environment['LONGSHORE_SERVER'] ?? known.current;
    if (named === undefined) throw new UsageError('which registry? longshore login URL');
    const host = hostOf(registryUrl(named));
    const url = registryUrl(/^https?:/.test(named) ? named : (known.servers[host]?.url ?? named));
    const caFile = input.one('ca-file') === undefined ? known.servers[host]?.caFile : resolve(input.one('ca-file') ?? '');
    if (caFile !== undefined) await trustAuthorities(caFile);
    const place = { url: servingUrl(url), fetch };
    const isOwn = await isLongshore({ ...place, isLongshore: undefined });
    const tokenHost = await tokenHostOf(place);
    if (tokenHost !== undefined) output.err(`Tokens for ${host} are issued by ${tokenHost}: the credential goes there as well.`);
    const credential = await proved({ ...place, host, isLongshore: isOwn, tokenHost, credential: undefined }, input, surroundings);
    const { where, isPlain } = await storeCredential(host, credential, surroundings);
    const server = { url, isLongshore: isOwn, ...(caFile !== undefined && { caFile }), ...(tokenHost !== undefined && { tokenHost }) };
    await writeKnownServers({ current: host, servers: { ...known.servers, [host]: server } }, surroundings);
    output.out(say(`Logged in to ${host} as ${credential.name}.`));
    if (isPlain) output.err(`The credential is kept as text in ${where}; with "credsStore" in that file, a credential helper keeps it.`);
    return 0;
  },
};

/** A credential that the registry has accepted. */
async function proved(connection: Connection, input: CommandInput, surroundings: Surroundings): Promise<StoredCredential> {
  if (input.has('device')) return deviceLogin(connection.url, surroundings);
  if (input.has('token-stdin')) return ownerOf((await surroundings.terminal.readAll()).trim(), connection);
  const credential = await givenCredential(input, surroundings);
  const asThem = { ...connection, credential };
  if (connection.isLongshore !== true) await registryClientOf(asThem).ping();
  else {
    await callOperation(operationOf('getMe'), { path: {} }, asThem).catch((error: unknown) => {
      // The usual hint, to log in, helps nobody here.
      if (error instanceof ApiProblem && error.status === 401) throw new ApiProblem(403, { detail: error.message });
      throw error;
    });
  }
  return credential;
}

async function ownerOf(token: string, connection: Connection): Promise<StoredCredential> {
  if (token === '') throw new UsageError('standard input holds no token');
  if (connection.isLongshore !== true) throw new UsageError('--token-stdin needs a Longshore; name whose it is: -u NAME --password-stdin');
  const response = await callOperation(operationOf('getMe'), { path: {} }, { ...connection, credential: { token } });
  const { kind, name } = (await response.json()) as { readonly kind: string; readonly name: string };
  return { name: kind === 'robot' ? `robot+${name}` : name, password: token };
}

async function givenCredential(input: CommandInput, { terminal }: Surroundings): Promise<StoredCredential> {
  const given = input.one('username');
  if (input.has('password-stdin')) {
    if (given === undefined) throw new UsageError('--password-stdin goes with --username NAME');
    return { name: given, password: (await terminal.readAll()).replace(/\r?\n$/, '') };
  }
  if (!terminal.stdinIsTty || !terminal.stderrIsTty)
    throw new UsageError('nobody can be asked for a password: use --password-stdin, --token-stdin or --device');
  const name = given ?? (await terminal.ask('Name: ')).trim();
  return { name, password: await terminal.ask('Password or access token: ', { hidden: true }) };
}
