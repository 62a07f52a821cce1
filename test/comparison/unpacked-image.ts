import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram, tryProgram } from '../tools/run-program.ts';

/** What GNU tar and diff make of an image. */
export interface UnpackedTree {
  readonly directory: string;
}

/** Unpacks layers one upon the other with GNU tar, and does what their whiteouts say. */
export async function unpackLayers(parent: string, layers: readonly string[]): Promise<UnpackedTree> {
  const directory = await mkdtemp(join(parent, 'tree-'));
  for (const layer of layers) {
    const { stdout } = await runProgram('tar', ['--list', '-f', layer]);
    const whiteouts = stdout.split('\n').filter((name) => /(?:^|\/)\.wh\./.test(name));
    for (const name of whiteouts) {
      const path = join(directory, name);
      if (name.endsWith('.wh..wh..opq')) await empty(join(path, '..'));
      else await rm(path.replace(/\.wh\.([^/]+)$/, '$1'), { recursive: true, force: true });
    }
    await mkdir(directory, { recursive: true });
    await runProgram('tar', [
      '--extract',
      '--numeric-owner',
      '--same-owner',
      '--preserve-permissions',
      '--exclude=.wh.*',
      '-C',
      directory,
      '-f',
      layer,
    ]);
  }
  return { directory };
}

async function empty(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) await rm(join(directory, name), { recursive: true, force: true });
}

/** What `diff -r` says of two trees: `added`, `removed` or `changed` and the path; of a directory that one side lacks, the directory alone. */
export async function diffTrees(from: UnpackedTree, to: UnpackedTree): Promise<string[]> {
  const { code, stdout } = await tryProgram('diff', ['-rq', '--no-dereference', from.directory, to.directory], { env: { LC_ALL: 'C' } });
  if (code > 1) throw new Error('diff failed');
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const only = /^Only in (.*?): (.*)$/.exec(line);
      if (only !== null) {
        const [, directory = '', name = ''] = only;
        const isNew = directory === to.directory || directory.startsWith(`${to.directory}/`);
        const path = join(directory, name).slice((isNew ? to : from).directory.length + 1);
        return `${isNew ? 'added' : 'removed'} ${path}`;
      }
      const differs = /^(?:Files|Symbolic links|File) (.*?) (?:and|is a) /.exec(line);
      return `changed ${differs?.[1]?.slice(from.directory.length + 1) ?? line}`;
    })
    .sort();
}

/** Mode, owner and group of every path. */
export async function ownersOf({ directory }: UnpackedTree): Promise<Map<string, string>> {
  const { stdout } = await runProgram('find', [directory, '-mindepth', '1', '-printf', '%P\\0%y %m %U %G\\0']);
  const parts = stdout.split('\0');
  const owners = new Map<string, string>();
  for (let at = 0; at + 1 < parts.length; at += 2) owners.set(parts[at] ?? '', parts[at + 1] ?? '');
  return owners;
}
