import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath } from '../tools/programs.ts';
import { type RunResult, tryProgram } from '../tools/run-program.ts';
import { startProcess } from '../tools/started-process.ts';

export interface Containerd {
  /** Of its gRPC interface; with `forKubelets` of the Container Runtime Interface too. */
  readonly socket: string;
  /** `--hosts-dir` for `ctr`. */
  readonly hostsDirectory: string;
  /** The snapshotter that works here. */
  readonly snapshotter: string;
  tryCtr(args: readonly string[]): Promise<RunResult>;
  /** Runs `ctr`, which must succeed, and answers with its standard output. */
  ctr(args: readonly string[]): Promise<string>;
  /** From the next request on; undefined: none. */
  showCertificate(certificate: ClientCertificate | undefined): Promise<void>;
  stop(): Promise<void>;
}

/** The programs that `startContainerd` needs, for `requirePrograms`. */
export const containerdPrograms = ['containerd', 'containerd-shim-runc-v2', 'ctr', 'runc'] as const;

/** A certificate with its key, as files. */
export interface ClientCertificate {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface ContainerdOptions {
  /** It serves the Container Runtime Interface as well. */
  readonly forKubelets?: boolean;
  /** The registry speaks HTTPS, with a certificate of this authority. */
  readonly authorityFile?: string;
}

/** Starts a containerd with folders and a socket of its own, which reaches `registryHost` by plain HTTP or as the options say. */
export async function startContainerd(registryHost: string, options: ContainerdOptions = {}): Promise<Containerd> {
  const { forKubelets = false, authorityFile } = options;
  const directory = await mkdtemp(join(tmpdir(), 'longshore-containerd-'));
  const socket = join(directory, 'containerd.sock');
  const hostsDirectory = join(directory, 'hosts');
  await mkdir(join(hostsDirectory, registryHost), { recursive: true });
  const showCertificate = (certificate: ClientCertificate | undefined): Promise<void> =>
    writeFile(join(hostsDirectory, registryHost, 'hosts.toml'), hostsToml(registryHost, authorityFile, certificate));
  await showCertificate(undefined);
  const config = join(directory, 'config.toml');
  await writeFile(config, forKubelets ? kubeletToml(directory, socket, hostsDirectory) : containerdToml(directory, socket));
  const daemon = await startProcess(programPath('containerd'), ['--config', config], { ready: /containerd successfully booted/ });
  const tryCtr = (args: readonly string[]): Promise<RunResult> => tryProgram(programPath('ctr'), ['--address', socket, ...args]);
  const ctr = async (args: readonly string[]): Promise<string> => {
    const result = await tryCtr(args);
    if (result.code === 0) return result.stdout;
    throw new Error(`ctr ${args.join(' ')} ended with ${result.code}\n${result.stdout}${result.stderr}`);
  };
  // Overlay file systems cannot be mounted everywhere, for example not on another overlay.
  const overlay = /overlayfs\s.*\sok/.test(await ctr(['plugins', 'ls']));
  return {
    socket,
    hostsDirectory,
    showCertificate,
    snapshotter: overlay ? 'overlayfs' : 'native',
    tryCtr,
    ctr,
    async stop() {
      await daemon.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function hostsToml(host: string, authorityFile: string | undefined, certificate: ClientCertificate | undefined): string {
  const url = `${authorityFile === undefined ? 'http' : 'https'}://${host}`;
  const lines = [`server = "${url}"`, '', `[host."${url}"]`, '  capabilities = ["pull", "resolve", "push"]'];
  if (authorityFile !== undefined) lines.push(`  ca = "${authorityFile}"`);
  if (certificate !== undefined) lines.push(`  client = [["${certificate.certFile}", "${certificate.keyFile}"]]`);
  return `${lines.join('\n')}\n`;
}

function containerdToml(directory: string, socket: string): string {
  return `version = 2
root = "${directory}/root"
state = "${directory}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]

[grpc]
  address = "${socket}"
`;
}

/** Pulls go through the interface that kubelets use; nothing is run, so neither network nor sandbox image is needed. */
function kubeletToml(directory: string, socket: string, hostsDirectory: string): string {
  return `version = 2
root = "${directory}/root"
state = "${directory}/state"

[grpc]
  address = "${socket}"

[plugins."io.containerd.grpc.v1.cri"]
  disable_apparmor = true
  disable_tcp_service = true
  restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".containerd]
  snapshotter = "native"
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "${directory}/cni"
  conf_dir = "${directory}/cni"
[plugins."io.containerd.grpc.v1.cri".registry]
  config_path = "${hostsDirectory}"
`;
}
