// npm run try-cluster [-- --listen ADDRESS:PORT]: three replicas on PostgreSQL and S3 behind a load balancer, on this machine, until Ctrl-C.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { type BackingServices, startBackingServices } from '../test/replicas/backing-services.ts';
import { Replica } from '../test/replicas/replica.ts';
import { startHaproxy } from '../test/tools/haproxy.ts';
import { type Endpoint, hostOf, type LoadBalancer } from '../test/tools/load-balancer.ts';
import { loopbackEndpoints } from '../test/tools/loopback-endpoints.ts';
import { startNginx } from '../test/tools/nginx.ts';
import { findProgram } from '../test/tools/programs.ts';
import { radosgwPrograms, startRadosgw } from '../test/tools/radosgw.ts';
import { startVersitygw } from '../test/tools/versitygw.ts';

const replicaCount = 3;

/** What each part can be, best first: its programs, and the Debian packages that bring them. */
const parts = [
  [{ name: 'PostgreSQL', programs: ['initdb', 'postgres', 'createdb'], packages: ['postgresql'] }],
  [
    { name: 'radosgw', programs: radosgwPrograms, packages: ['radosgw', 'ceph-mon', 'ceph-osd', 'ceph-common'] },
    { name: 'versitygw', programs: ['versitygw'], packages: [] },
  ],
  [
    { name: 'haproxy', programs: ['haproxy'], packages: ['haproxy'] },
    { name: 'nginx', programs: ['nginx'], packages: ['nginx'] },
  ],
] as const;

/** The names of the parts to use; undefined, after saying what to install, when one is not there. */
function chooseParts(): string[] | undefined {
  const chosen = parts.map((choices) => choices.find(({ programs }) => programs.every((program) => findProgram(program) !== undefined)));
  const wanted = parts.filter((_choices, index) => chosen[index] === undefined).map(([best]) => best);
  if (wanted.length === 0) return chosen.map((part) => part?.name ?? '');
  console.error(`Not installed: ${wanted.map(({ name }) => name).join(', ')}. On Debian or Ubuntu:\n`);
  console.error(`  sudo apt-get install --no-install-recommends ${wanted.flatMap(({ packages }) => packages).join(' ')}\n`);
  console.error('Only their programs are used; what runs as a service of this machine is left alone.');
  return undefined;
}

const help = `Starts ${replicaCount} replicas on PostgreSQL and S3 behind a load balancer on this machine, and removes all of it at Ctrl-C.

  npm run try-cluster                                  on 127.0.0.1:5000
  npm run try-cluster -- --listen 127.0.0.1:5100       on another port

Says how to push, and which numbers kill and start replicas, when it runs; names the Debian packages that are missing.`;

/** Where to listen; undefined when it was only asked for help. */
function readListen(): Endpoint | undefined {
  const { values } = parseArgs({
    options: { listen: { type: 'string', default: '127.0.0.1:5000' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) {
    console.log(help);
    return undefined;
  }
  const match = /^(127(?:\.\d{1,3}){3}):(\d{1,5})$/.exec(values.listen);
  if (match === null) throw new Error('--listen takes an address of this machine alone: 127.0.0.1:PORT. Everybody may push here.');
  return { address: match[1] ?? '', port: Number(match[2]) };
}

async function refuseTaken(listen: Endpoint): Promise<void> {
  const server = createServer().listen(listen.port, listen.address);
  await once(server, 'listening').catch((error: Error) => {
    throw new Error(`${hostOf(listen)} cannot be used (${error.message}): give another with -- --listen 127.0.0.1:PORT`);
  });
  server.close();
  await once(server, 'close');
}

interface Cluster {
  readonly services: BackingServices;
  readonly replicas: readonly Replica[];
  readonly balancer: LoadBalancer;
}

/** Starts everything; what was started before something failed is ended again. */
async function startCluster(listen: Endpoint, s3: string, balancer: string): Promise<Cluster> {
  const services = await startBackingServices(s3 === 'radosgw' ? startRadosgw : startVersitygw);
  const endpoints = loopbackEndpoints(replicaCount);
  const settings = { ...services.settings(), NODE_COMPILE_CACHE: join(services.directory, 'compiled') };
  const replicas = endpoints.map((endpoint, index) => new Replica(endpoint, join(services.directory, `replica${index + 1}`), settings));
  try {
    await Promise.all(replicas.map((replica) => replica.start()));
    return { services, replicas, balancer: await (balancer === 'haproxy' ? startHaproxy : startNginx)(listen, endpoints) };
  } catch (error) {
    await stopAll({ services, replicas });
    throw error;
  }
}

async function stopAll({ services, replicas, balancer }: Pick<Cluster, 'services' | 'replicas'> & Partial<Cluster>): Promise<void> {
  await balancer?.stop();
  await Promise.all(replicas.map((replica) => replica.kill()));
  await services.stop();
}

function describe({ services, replicas, balancer }: Cluster, [, s3, balancerName]: readonly string[]): string {
  const lines = replicas.map((replica, index) => `  replica ${index + 1}   ${replica.url}   process ${replica.pid}`);
  return `
  registry    ${balancer.url}   ${balancerName}; each request goes to the next replica
${lines.join('\n')}
  PostgreSQL  ${services.databaseUrl}
  S3          ${services.bucket.endpoint}   ${s3}; bucket ${services.bucket.bucket}
  files       ${services.directory}

Push and pull, with any client, without a password:
  docker pull alpine && docker tag alpine ${balancer.host}/team/alpine && docker push ${balancer.host}/team/alpine
  skopeo copy --dest-tls-verify=false docker://docker.io/library/alpine docker://${balancer.host}/team/alpine:latest

Kill a replica meanwhile, or start it again: its number (1 to ${replicas.length}) and Enter.
End everything and remove it: Ctrl-C.
`;
}

/** Kills the replica, or starts it when it is not running. */
async function toggle(replica: Replica, name: string): Promise<void> {
  if (replica.pid === undefined) {
    await replica.start();
    console.log(`${name} serves again: process ${replica.pid}`);
  } else {
    await replica.kill();
    console.log(`${name} was killed`);
  }
}

function takeCommands(replicas: readonly Replica[]): void {
  createInterface({ input: process.stdin }).on('line', (line) => {
    const replica = replicas[Number(line) - 1];
    if (replica === undefined) return console.log(`a number from 1 to ${replicas.length}, or Ctrl-C`);
    toggle(replica, `replica ${line.trim()}`).catch((error: unknown) => console.error(String(error)));
  });
}

async function tryCluster(): Promise<void> {
  const listen = readListen();
  if (listen === undefined) return;
  const names = chooseParts();
  if (names === undefined) {
    process.exitCode = 1;
    return;
  }
  await refuseTaken(listen);
  const [, s3 = '', balancer = ''] = names;
  // Heard from the beginning: what is being started then is ended when it has started.
  const end = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, resolve);
  });
  console.log(`Starting ${names.join(', ')} and ${replicaCount} replicas: ten seconds or more.`);
  const cluster = await startCluster(listen, s3, balancer);
  console.log(describe(cluster, names));
  takeCommands(cluster.replicas);
  await end;
  console.log('Ending everything.');
  await stopAll(cluster);
  process.stdin.destroy();
}

await tryCluster().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
