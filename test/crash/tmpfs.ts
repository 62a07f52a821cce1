import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A small file system of its own. */
export interface SmallFileSystem {
  readonly path: string;
  /** Changes its mount options, for instance `ro`. */
  remount(options: string): void;
  unmount(): void;
}

/** Mounts a tmpfs of this size; undefined when this machine does not allow it. */
export function mountSmallFileSystem(size: string): SmallFileSystem | undefined {
  const path = mkdtempSync(join(tmpdir(), 'longshore-small-'));
  if (process.platform !== 'linux' || spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path]).status !== 0) {
    rmdirSync(path);
    return undefined;
  }
  return {
    path,
    remount: (options) => run('mount', ['-o', `remount,${options}`, path]),
    unmount: () => {
      run('umount', [path]);
      rmdirSync(path);
    },
  };
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr.toString()}`);
}
