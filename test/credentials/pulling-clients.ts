import { cp, mkdir } from 'node:fs/promises';
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
  /** Pulls `image` with the credential, and forgets it. Undefined: this client has no way to show such a credential. */
  pull(image: string, shown: ShownCredential): Promise<PullOutcome | undefined>;
}

/** The clients of the matrix, for a registry at `host` whose certificate `authorityFile` vouches for. */
export async function startPullingClients(
  host: string,
  authorityFile: string,
): Promise<{ readonly clients: readonly PullingClient[]; stop(): Promise<void> }> {
  const containerd = await startContainerd(host, { forKubelets: true, authorityFile });
  const clients: PullingClient[] = [
    { name: 'docker', pull: (image, shown) => pullWithDocker(host, authorityFile, image, shown) },
    { name: 'containerd', pull: (image, shown) => pullWithContainerd(containerd, image, shown) },
    { name: 'crane', pull: (image, shown) => pullWithCrane(host, authorityFile, image, shown) },
    { name: 'kubelet', pull: (image, shown) => pullWithKubelet(containerd, image, shown) },
  ];
  return { clients, stop: () => containerd.stop() };
}

/** The command line without its daemon: it logs in, then reads the manifest with what it kept of the login. */
async function pullWithDocker(host: string, authorityFile: string, image: string, shown: ShownCredential): Promise<PullOutcome> {
  const home = await createClientHome();
  try {
    // Where a docker without root looks for certificates; with root it is a folder of the whole machine.
    const env = { ROOTLESSKIT_STATE_DIR: home.directory };
    const certificates = home.path('.config', 'docker', 'certs.d', host);
    await mkdir(certificates, { recursive: true });
    await cp(authorityFile, `${certificates}/ca.crt`);
    if (shown.kind === 'certificate') {
      await cp(shown.certFile, `${certificates}/client.cert`);
      await cp(shown.keyFile, `${certificates}/client.key`);
    } else {
      const login = await home.try('docker', ['login', '--username', shown.username, '--password-stdin', host], {
        env,
        input: shown.password,
      });
      if (login.code !== 0) return outcomeOf(login);
    }
    return outcomeOf(await home.try('docker', ['manifest', 'inspect', image], { env }));
  } finally {
    await home.remove();
  }
}

async function pullWithCrane(host: string, authorityFile: string, image: string, shown: ShownCredential): Promise<PullOutcome | undefined> {
  if (shown.kind === 'certificate') return undefined;
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
