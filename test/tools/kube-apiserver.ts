import { randomBytes } from 'node:crypto';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { programPath } from './programs.ts';
import { type RunResult, runProgram, tryProgram } from './run-program.ts';
import { type StartedProcess, startProcess } from './started-process.ts';

/** The programs that a test must require before it starts one. */
export const kubernetesPrograms = ['kube-apiserver', 'kubectl', 'etcd'] as const;

export interface KubeApiserver {
  /** `https://127.0.0.1:PORT`. */
  readonly server: string;
  /** The `iss` of its tokens. */
  readonly issuer: string;
  /** PEM: what its certificate is checked with. */
  readonly caFile: string;
  /** PEM: what it signs tokens of ServiceAccounts with (RSA), for tests that need one which it would not issue. */
  readonly signingKeyFile: string;
  /** Folder for files of the test, removed with the server. */
  readonly directory: string;
  readonly pid: number;
  /** Of an administrator of the cluster. */
  readonly adminToken: string;
  /** Runs kubectl as an administrator of the cluster; throws when it fails. Answers what it printed. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** The same, whatever comes of it; `token`: as whom, instead of the administrator. */
  tryKubectl(args: readonly string[], options?: { readonly input?: string; readonly token?: string }): Promise<RunResult>;
  /** `kubectl create token`: of a ServiceAccount, `namespace/name`. */
  token(account: string, ...args: readonly string[]): Promise<string>;
  /** Stops it where it stands: connections stay open, and are made, and nobody answers. */
  freeze(): void;
  thaw(): void;
  /** Kills it: connections are refused. Its objects stay. */
  kill(): Promise<void>;
  /** Starts it again, on the same port. */
  start(): Promise<void>;
  /** Ends all and removes the files. */
  stop(): Promise<void>;
}

/**
 * Starts a real API server with RBAC over an etcd of its own, on loopback. No controller runs: a namespace has no ServiceAccount until one
 * is made, and what a deleted object owned stays.
 */
export async function startKubeApiserver({ issuer = 'https://kubernetes.default.svc.cluster.local' } = {}): Promise<KubeApiserver> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-kube-'));
  const etcd = await startEtcd(directory);
  try {
    return await startOver(directory, etcd, issuer);
  } catch (error) {
    await etcd.process.stop('SIGKILL');
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

interface Etcd {
  readonly process: StartedProcess;
  readonly url: string;
}

async function startEtcd(directory: string): Promise<Etcd> {
  const [client, peer] = [await freePort(), await freePort()];
  const [url, peerUrl] = [`http://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`];
  const flags = ['--data-dir', join(directory, 'etcd'), '--listen-client-urls', url, '--advertise-client-urls', url];
  flags.push('--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl, '--initial-cluster', `default=${peerUrl}`);
  // Tests end servers, not machines.
  flags.push('--unsafe-no-fsync');
  return { process: await startProcess(programPath('etcd'), flags, { ready: /ready to serve client requests/ }), url };
}

async function startOver(directory: string, etcd: Etcd, issuer: string): Promise<KubeApiserver> {
  const file = (name: string) => join(directory, name);
  const [signingKeyFile, publicKeyFile, tokenFile] = [file('sa.key'), file('sa.pub'), file('tokens.csv')];
  await runProgram('openssl', ['genrsa', '-out', signingKeyFile, '2048']);
  await runProgram('openssl', ['rsa', '-in', signingKeyFile, '-pubout', '-out', publicKeyFile]);
  const admin = randomBytes(16).toString('hex');
  await writeFile(tokenFile, `${admin},admin,admin,"system:masters"\n`, { mode: 0o600 });
  const port = await freePort();
  const server = `https://127.0.0.1:${port}`;
  const caFile = file('pki/apiserver.crt');
  const flags = [
    `--etcd-servers=${etcd.url}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${file('pki')}`,
    `--service-account-issuer=${issuer}`,
    `--service-account-signing-key-file=${signingKeyFile}`,
    `--service-account-key-file=${publicKeyFile}`,
    `--api-audiences=${issuer}`,
    '--authorization-mode=RBAC',
    `--token-auth-file=${tokenFile}`,
    '--service-cluster-ip-range=10.96.0.0/24',
    // Pods in tests are only objects.
    '--disable-admission-plugins=ServiceAccount',
  ];
  const launch = async (): Promise<StartedProcess> => {
    const started = await startProcess(programPath('kube-apiserver'), flags, { ready: /Serving securely/ });
    await untilReady(server, caFile, admin);
    return started;
  };
  let running = await launch();
  const tryKubectl: KubeApiserver['tryKubectl'] = (args, { input, token = admin } = {}) =>
    tryProgram(programPath('kubectl'), ['--server', server, '--certificate-authority', caFile, '--token', token, ...args], {
      env: { HOME: directory, KUBECONFIG: '/dev/null' },
      ...(input !== undefined && { input }),
    });
  const kubectl: KubeApiserver['kubectl'] = async (args, input) => {
    const { code, stdout, stderr } = await tryKubectl(args, input === undefined ? {} : { input });
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  };
  return {
    server,
    issuer,
    caFile,
    signingKeyFile,
    directory,
    adminToken: admin,
    get pid() {
      return running.pid;
    },
    kubectl,
    tryKubectl,
    async token(account, ...args) {
      const [namespace = '', name = ''] = account.split('/');
      return (await kubectl(['--namespace', namespace, 'create', 'token', name, '--audience', 'longshore', ...args])).trim();
    },
    freeze: () => running.kill('SIGSTOP'),
    thaw: () => running.kill('SIGCONT'),
    kill: () => running.stop('SIGKILL'),
    async start() {
      running = await launch();
    },
    async stop() {
      running.kill('SIGCONT');
      await running.stop('SIGKILL');
      await etcd.process.stop('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The port answers before the roles that every cluster has are made; it says nowhere when they are, but for this page. */
async function untilReady(server: string, caFile: string, token: string): Promise<void> {
  const end = Date.now() + 180_000;
  for (;;) {
    const status = await access(caFile).then(
      () => readyStatus(server, caFile, token),
      () => 0,
    );
    if (status === 200) return;
    if (Date.now() > end) throw new Error(`the API server is not ready after three minutes: ${status}`);
    await pause(100);
  }
}

async function readyStatus(server: string, caFile: string, token: string): Promise<number> {
  const ca = await readFile(caFile);
  return new Promise((resolve) => {
    const asked = request(`${server}/readyz`, { ca, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.once('error', () => resolve(0));
    asked.end();
  });
}
