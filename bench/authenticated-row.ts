import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type StandInApiServer, standInToken, startStandInApiServer } from '../test/tools/stand-in-api-server.ts';
import { runClient } from './client-job.ts';
import type { Contender } from './contender.ts';
import { manifestType, randomImage } from './content.ts';
import { PushClient } from './push-client.ts';
import { cost, type Figure, type Row, rate, type Subject, withProcessorTime } from './row.ts';
import type { RunningServer } from './server-process.ts';
import { figuresOf } from './write-rows.ts';
import { type LoadOptions, readWithWrk } from './wrk.ts';

const connections = 32;
const warmUpSeconds = 3;
const owner = 'owner';
const member = 'member';
const administrator = 'root';
const repository = `${owner}/app`;
/** Private: what a ServiceAccount may do with it, a cluster says. */
const ofMember = `${member}/app`;

/** What names somebody to the server. */
interface Login {
  readonly basic: string;
  /** For the repository; of a few minutes. */
  readonly bearer: string;
}

/** How whoever has no login asks. */
const anonymously: Pick<LoadOptions, 'authorization'> = {};

/** Whoever pulls; a checkout from before there were groups and robots has only the owner. */
interface People {
  readonly owner: Login;
  readonly member: Login | undefined;
  readonly robot: Login | undefined;
  /** Of a cluster; a checkout from before clusters were asked has none. */
  readonly account: { readonly own: string; readonly bearer: string } | undefined;
}

const basicOf = (name: string, secret: string): string => `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`;

/** Secrets of each server's accounts, which outlive its starts. */
const prepared = new Map<string, { readonly password: string; readonly robot: readonly [string, string] | undefined }>();

/** Pulls and pushes of those who log in, from a server that lets nobody else in. */
async function authenticated({ contender, directory }: Subject, seconds: number): Promise<Figure[]> {
  if (contender.operate === undefined) return [];
  const place = join(directory, 'authenticated');
  const known = prepared.get(place) ?? (await prepare(contender, place));
  prepared.set(place, known);
  const cluster = await startStandInApiServer(join(place, 'cluster'));
  const withCluster = await clusterSettings(contender, place, cluster);
  const settings = ['--anonymous', 'none', ...(withCluster ?? [])];
  const server = await contender.start(place, { nodeArguments: [], settings, environment: {} });
  try {
    const people: People = {
      owner: await logIn(server, basicOf(owner, known.password)),
      member: known.robot && (await logIn(server, basicOf(member, known.password))),
      robot: known.robot && (await logIn(server, basicOf(...known.robot))),
      account: withCluster && (await logInAccount(server, standInToken('longshore'), basicOf(member, known.password))),
    };
    return await measurePeople(server, people, seconds);
  } finally {
    await server.stop();
    await cluster.stop();
  }
}

/** How the server is told of the cluster; undefined for a checkout that knows of none. */
async function clusterSettings(contender: Contender, place: string, cluster: StandInApiServer): Promise<string[] | undefined> {
  const file = join(place, 'cluster', 'longshore.yaml');
  const { issuer, address } = cluster;
  await writeFile(file, JSON.stringify({ kubernetes: { clusters: [{ name: 'bench', issuer, ...address }] } }));
  const given = ['--config', file];
  return contender.operate?.(place, ['config', 'check', ...given]).then(
    () => given,
    () => undefined,
  );
}

/** A ServiceAccount, which finds what the member has pushed. */
async function logInAccount(server: RunningServer, token: string, memberBasic: string): Promise<{ own: string; bearer: string }> {
  await pushOne(server, (await logIn(server, memberBasic, ofMember)).bearer, ofMember);
  return { own: `Bearer ${token}`, bearer: (await logIn(server, basicOf('kubernetes', token), ofMember)).bearer };
}

async function measurePeople(server: RunningServer, people: People, seconds: number): Promise<Figure[]> {
  const digest = await pushOne(server, people.owner.bearer);
  // What is measured first would otherwise pay for what a server that has just started compiles.
  const warmUp = { connections, seconds: warmUpSeconds, accept: manifestType, authorization: people.owner.bearer };
  await readWithWrk(`${server.url}/v2/${repository}/manifests/v1`, warmUp);
  const figures: Figure[] = [];
  const ask = async (name: string, path: string, as: Pick<LoadOptions, 'authorization'> | undefined): Promise<void> => {
    const options = { connections, seconds, accept: manifestType, ...as };
    const load = as === undefined ? undefined : () => readWithWrk(`${server.url}${path}`, options);
    const [read, used] = load === undefined ? [] : await withProcessorTime(server, load);
    figures.push(
      rate(`${name}, requests/s`, read?.requestsPerSecond),
      cost(`${name}, us each`, used && read && (used * 1e6) / read.requests),
    );
  };
  const pull = (name: string, reference: string, authorization: string | undefined): Promise<void> =>
    ask(`manifest GET by ${name}`, `/v2/${repository}/manifests/${reference}`, authorization === undefined ? undefined : { authorization });
  const { account, robot } = people;
  const reviewed = `/v2/${ofMember}/manifests/v1`;
  // Next to each other: whatever else the machine does changes from minute to minute.
  await ask('manifest GET by tag, registry token of a ServiceAccount', reviewed, account && { authorization: account.bearer });
  await ask('manifest GET by tag, anonymous', `/v2/${repository}/manifests/v1`, robot && anonymously);
  await pull('tag, token of a robot', 'v1', robot?.bearer);
  await pull('tag, secret of a robot', 'v1', robot?.basic);
  await pull('tag, token of a user', 'v1', people.owner.bearer);
  await pull('digest, token of a user', digest, people.owner.bearer);
  await pull('tag, token of a member of a group', 'v1', people.member?.bearer);
  await ask('manifest GET by tag, token of a ServiceAccount itself', reviewed, account && { authorization: account.own });
  await ask('token for the secret of a robot', tokenPath('pull'), robot && { authorization: robot.basic });
  const job = {
    kind: 'images',
    origin: server.url,
    clients: 8,
    seconds,
    layerBytes: 10_240,
    repository,
    authorization: people.owner.bearer,
  };
  const [pushed, used] = await withProcessorTime(server, () => runClient({ ...job, kind: 'images' }));
  return [...figures, ...figuresOf('push of small images, token of a user', { perSecond: 'images/s', each: 'ms each' }, pushed, used)];
}

/** Makes the accounts: an owner by the command line, which every checkout has, the others by the management API. */
async function prepare(contender: Contender, place: string) {
  await mkdir(place, { recursive: true });
  const password = randomBytes(18).toString('base64url');
  const file = join(place, 'password');
  await writeFile(file, password, { mode: 0o600 });
  const server = await contender.start(place, { nodeArguments: [], settings: ['--anonymous', 'none'], environment: {} });
  try {
    const add = (...names: readonly string[]) => contender.operate?.(place, ['user', 'add', ...names, '--password-file', file]);
    await add(owner);
    await add(member);
    await add(administrator, '--admin');
    await pushOne(server, (await logIn(server, basicOf(owner, password))).bearer);
    return { password, robot: await prepareTenants(server, password) };
  } finally {
    await server.stop();
  }
}

/** The member's group and the robot, whose user name and secret it resolves to; undefined where there is no management API. */
async function prepareTenants(server: RunningServer, password: string): Promise<readonly [string, string] | undefined> {
  const call = (authorization: string, method: string, path: string, body?: object): Promise<Response> =>
    fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: { authorization, ...(body && { 'content-type': 'application/json' }), ...(method === 'PATCH' && { 'if-match': '*' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
  const root = basicOf(administrator, password);
  if ((await call(root, 'GET', '/me')).status !== 200) return undefined;
  const of = basicOf(owner, password);
  const made = async (answer: Promise<Response>): Promise<string> => {
    const { ok, status, url } = await answer;
    const text = await (await answer).text();
    if (!ok) throw new Error(`${url}: ${status} ${text}`);
    return text;
  };
  await made(call(root, 'POST', '/groups', { name: 'team' }));
  await made(call(root, 'PUT', `/groups/team/members/${member}`));
  // For the anonymous, beside whom the others are measured.
  await made(call(of, 'PATCH', `/projects/${owner}`, { visibility: 'public' }));
  await made(call(of, 'POST', `/projects/${owner}/members`, { subject: { kind: 'group', name: 'team' }, role: 'reader' }));
  const given = await made(call(of, 'POST', `/projects/${owner}/robots`, { name: 'ci', permissions: [{ role: 'writer' }] }));
  const { robot, secret } = JSON.parse(given) as { robot: { userName: string }; secret: string };
  return [robot.userName, secret];
}

const tokenPath = (actions: string, of = repository): string => `/auth/token?service=longshore&scope=repository:${of}:${actions}`;

async function logIn({ url }: RunningServer, basic: string, of = repository): Promise<Login> {
  const answer = await fetch(`${url}${tokenPath('pull,push', of)}`, { headers: { authorization: basic } });
  const { token } = (await answer.json()) as { token?: string };
  if (token === undefined) throw new Error(`${url}/auth/token: ${answer.status}`);
  return { basic, bearer: `Bearer ${token}` };
}

/** Resolves to the digest of what the tag v1 is now. */
async function pushOne({ url }: RunningServer, authorization: string, to = repository): Promise<string> {
  const { config, layer, manifest } = randomImage(10_240);
  const client = new PushClient(url, authorization);
  for (const { bytes, digest } of [config, layer]) await client.pushBlob(to, digest, [bytes]);
  await client.pushManifest(to, 'v1', manifestType, manifest.bytes);
  client.close();
  return manifest.digest;
}

/** What deciding who may costs. */
export const authenticatedRow: Row = { id: 'authenticated', long: true, measure: authenticated };
