import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { layoutDigest } from '../clients/oci-layout.ts';
import { programPath } from '../tools/programs.ts';
import { runProgram } from '../tools/run-program.ts';
import { type StartedProcess, startProcess } from '../tools/started-process.ts';

/** What an image says of itself (OCI image specification), as far as the tests look at it. */
export interface ImageConfig {
  readonly config: {
    readonly User: string;
    readonly WorkingDir: string;
    readonly Entrypoint: readonly string[];
    readonly Cmd: readonly string[];
    readonly Env: readonly string[];
    readonly Volumes: Readonly<Record<string, object>>;
    readonly ExposedPorts: Readonly<Record<string, object>>;
    readonly StopSignal: string;
    readonly Labels: Readonly<Record<string, string>>;
  };
}

/** The only image of an OCI layout: its configuration, and its layers with their sizes in bytes, compressed. */
export async function readImage(layout: string): Promise<{ config: ImageConfig; layers: { path: string; size: number }[] }> {
  const read = async (digest: string) => JSON.parse(await readFile(blobPath(layout, digest), 'utf8'));
  const manifest = await read(await layoutDigest(layout));
  const layers = manifest.layers as { digest: string; size: number }[];
  return {
    config: await read(manifest.config.digest),
    layers: layers.map(({ digest, size }) => ({ path: blobPath(layout, digest), size })),
  };
}

function blobPath(layout: string, digest: string): string {
  return join(layout, 'blobs', digest.replace(':', '/'));
}

/** A running container. */
export interface Container {
  readonly server: StartedProcess;
  /** Runs another program inside; answers with what it printed. */
  exec(...args: readonly string[]): Promise<string>;
  /** Ends it, however it is doing, and removes everything. */
  remove(): Promise<void>;
}

/**
 * Runs an image by `runc` as an orchestrator with strict rules would: its own user, a read-only root file system, no capabilities,
 * no new privileges; a volume for the data and memory for /tmp. The network is this machine's. `env` is added to the image's.
 */
export async function runImage(layout: string, env: readonly string[]): Promise<Container> {
  const { config, layers } = await readImage(layout);
  const bundle = await mkdtemp(join(tmpdir(), 'longshore-container-'));
  const rootfs = join(bundle, 'rootfs');
  const volume = join(bundle, 'volume');
  await Promise.all([mkdir(rootfs), mkdir(volume)]);
  const [uid = 0, gid = 0] = config.config.User.split(':').map(Number);
  await chown(volume, uid, gid);
  for (const { path } of layers) await runProgram('tar', ['-xzf', path, '-C', rootfs]);
  await writeFile(join(bundle, 'config.json'), JSON.stringify(runtimeConfig(config, { uid, gid, volume, env })));
  const runc = (...args: readonly string[]) => runProgram(programPath('runc'), ['--root', join(bundle, 'state'), ...args]);
  const name = basename(bundle);
  const remove = async () => {
    await runc('delete', '--force', name);
    await rm(bundle, { recursive: true, force: true });
  };
  const server = await startProcess(programPath('runc'), ['--root', join(bundle, 'state'), 'run', '--bundle', bundle, name], {
    ready: /longshore is listening on/,
  }).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  return {
    server,
    exec: async (...args) => (await runc('exec', name, ...args)).stdout,
    async remove() {
      await server.stop('SIGKILL');
      await remove();
    },
  };
}

/** OCI runtime specification. */
function runtimeConfig(
  { config }: ImageConfig,
  { uid, gid, volume, env }: { uid: number; gid: number; volume: string; env: readonly string[] },
): object {
  const none = { bounding: [], effective: [], inheritable: [], permitted: [], ambient: [] };
  const [data = ''] = Object.keys(config.Volumes);
  return {
    ociVersion: '1.0.2',
    process: {
      user: { uid, gid },
      args: [...config.Entrypoint, ...config.Cmd],
      env: [...config.Env, ...env],
      cwd: config.WorkingDir,
      capabilities: none,
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: true },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=64k'] },
      { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'noexec', 'mode=1777'] },
      { destination: data, type: 'bind', source: volume, options: ['bind', 'rw', 'nosuid', 'nodev', 'noexec'] },
    ],
    linux: { namespaces: ['pid', 'mount', 'ipc', 'uts'].map((type) => ({ type })) },
  };
}
