import { createClientHome } from '../clients/client-home.ts';
import { type Containerd, startContainerd } from '../clients/containerd.ts';
import { pullAsKubelet } from '../clients/kubelet.ts';
import type { RunResult } from '../tools/run-program.ts';
import type { ShownCredential } from './shown-credential.ts';

/** How a pull ended, and what the person at the terminal read. */
export interface PullOutcome {
  readonly pulled: boolean;
  readonly said: string;
}

export interface PullingClient {
  readonly name: 'docker' | 'containerd' | 'crane' | 'kubelet';
  /** Pulls `image` with the credential, and forgets it. */
  readonly pull: (image: string, shown: ShownCredential) => Promise<PullOutcome>;
  /** crane never does, and docker to other hosts alone (`certs.d`), not to loopback. */
  readonly showsCertificates: boolean;
}

/** The clients of the matrix, for a registry at `host` whose certificate `authorityFile` vouches for. */
export async function startPullingClients(
  host: string,
  authorityFile: string,
): Promise<{ readonly clients: readonly PullingClient[]; stop(): Promise<void> }> {
  const containerd = await startContainerd(host, { forKubelets: true, authorityFile });
  const clients: PullingClient[] = [
    { name: 'docker', showsCertificates: false, pull: (image, shown) => pullWithDocker(host, image, login(shown)) },
    { name: 'containerd', showsCertificates: true, pull: (image, shown) => pullWithContainerd(containerd, image, shown) },
    { name: 'crane', showsCertificates: false, pull: (image, shown) => pullWithCrane(host, authorityFile, image, login(shown)) },
    { name: 'kubelet', showsCertificates: true, pull: (image, shown) => pullWithKubelet(containerd, image, shown) },
  ];
  return { clients, stop: () => containerd.stop() };
}

type Login = Extract<ShownCredential, { kind: 'password' }>;

function login(shown: ShownCredential): Login {
  if (shown.kind === 'password') return shown;
  throw new TypeError('this client is not asked to show certificates');
}

/** The command line without its daemon: it logs in, then reads the manifest with what it kept of the login. */
async function pullWithDocker(host: string, image: string, shown: Login): Promise<PullOutcome> {
  const home = await createClientHome();
  try {
    const known = await home.try('docker', ['login', '--username', shown.username, '--password-stdin', host], { input: shown.password });
    return outcomeOf(known.code === 0 ? await home.try('docker', ['manifest', 'inspect', image]) : known);
  } finally {
    await home.remove();
  }
}

async function pullWithCrane(host: string, authorityFile: string, image: string, shown: Login): Promise<PullOutcome> {
  const home = await createClientHome({ host, user: shown.username, password: shown.password });
  try {
    return outcomeOf(await home.try('crane', ['manifest', image], { env: { SSL_CERT_FILE: authorityFile } }));
  } finally {
    await home.remove();
  }
}

async function pullWithContainerd(containerd: Containerd, image: string, shown: ShownCredential): Promise<PullOutcome> {
  await containerd.showCertificate(shown.kind === 'certificate' ? shown : undefined);
  const user = shown.kind === 'password' ? ['--user', `${shown.username}:${shown.password}`] : [];
  return outcomeOf(await containerd.tryCtr(['content', 'fetch', '--hosts-dir', containerd.hostsDirectory, ...user, image]));
}

async function pullWithKubelet(containerd: Containerd, image: string, shown: ShownCredential): Promise<PullOutcome> {
  await containerd.showCertificate(shown.kind === 'certificate' ? shown : undefined);
  const { code, message } = await pullAsKubelet(containerd, image, shown.kind === 'password' ? shown : undefined);
  return { pulled: code === 0, said: message };
}

function outcomeOf({ code, stdout, stderr }: RunResult): PullOutcome {
  return { pulled: code === 0, said: `${stdout}${stderr}` };
}
