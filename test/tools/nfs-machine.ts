import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programPath } from './programs.ts';
import { tryProgram } from './run-program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const init = fileURLToPath(new URL('nfs-machine-init', import.meta.url));
const longestMs = 10 * 60_000;

/** The programs that `runOnNfs` needs, for `requirePrograms`. */
export const nfsMachinePrograms = ['linux.uml', 'modprobe', 'rpc.nfsd', 'rpc.mountd', 'exportfs', 'mount.nfs4', 'ip', 'mkfs.ext4'] as const;

/**
 * Runs test files (relative to the checkout) in a Linux kernel of their own, as a process of this user: it serves a disk by NFS and
 * mounts it at /mnt/a and /mnt/b, as two hosts would that share no cache. This machine's files are there too, to be read only.
 * Answers with the exit code of `node --test` and everything that was printed; `started` is false where no such kernel can run.
 */
export async function runOnNfs(files: readonly string[]): Promise<{ started: boolean; code: number; output: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-nfs-'));
  try {
    const system = ['root=/dev/root', 'rootfstype=hostfs', 'rootflags=/', 'ro', 'mem=2G', `init=${init}`];
    const console = ['con=null', 'con0=null,fd:1', 'quiet'];
    // What the kernel does not know becomes the environment of the first process.
    const work = [`root_directory=${root}`, `node=${process.execPath}`, `files=${files.join(',')}`];
    const env = { TMPDIR: directory, HOME: directory };
    const { stdout, stderr } = await tryProgram(programPath('linux.uml'), [...system, ...console, ...work], { env, timeoutMs: longestMs });
    const output = stdout.replaceAll('\r', '');
    const code = /^machine: ended with (\d+)$/m.exec(output)?.[1];
    const started = output.includes('machine: started\n');
    return { started, code: code === undefined ? -1 : Number(code), output: output + stderr };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
