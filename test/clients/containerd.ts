import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath } from '../tools/programs.ts';
import { type RunResult, tryProgram } from '../tools/run-program.ts';
import { startProcess } from '../tools/started-process.ts';

export interface Containerd {
  /** `--hosts-dir` for `ctr`. */
  readonly hostsDirectory: string;
  /** The snapshotter that works here. */
  readonly snapshotter: string;
  tryCtr(args: readonly string[]): Promise<RunResult>;
  /** Runs `ctr`, which must succeed, and answers with its standard output. */
  ctr(args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

/** The programs that `startContainerd` needs, for `requirePrograms`. */
export const containerdPrograms = ['containerd', 'containerd-shim-runc-v2', 'ctr', 'runc'] as const;

/** Starts a containerd with folders and a socket of its own, which reaches `registryHost` by plain HTTP. */
export async function startContainerd(registryHost: string): Promise<Containerd> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-containerd-'));
  const socket = join(directory, 'containerd.sock');
  const hostsDirectory = join(directory, 'hosts');
  await mkdir(join(hostsDirectory, registryHost), { recursive: true });
  await writeFile(join(hostsDirectory, registryHost, 'hosts.toml'), hostsToml(registryHost));
  const config = join(directory, 'config.toml');
  await writeFile(config, containerdToml(directory, socket));
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
    hostsDirectory,
    snapshotter: overlay ? 'overlayfs' : 'native',
    tryCtr,
    ctr,
    async stop() {
      await daemon.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function hostsToml(host: string): string {
  return `server = "http://${host}"\n\n[host."http://${host}"]\n  capabilities = ["pull", "resolve", "push"]\n`;
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
