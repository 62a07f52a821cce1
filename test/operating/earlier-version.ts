import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram, tryProgram } from '../tools/run-program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The sources of an earlier commit, on the dependencies of this checkout. */
export interface EarlierVersion {
  /** What `node` is to run. */
  readonly main: string;
  remove(): Promise<void>;
}

/** Unpacks a commit; undefined when this checkout does not have it, as a shallow clone may not. */
export async function unpackVersion(commit: string): Promise<EarlierVersion | undefined> {
  const known = await tryProgram('git', ['-C', root, 'cat-file', '-e', `${commit}^{commit}`]);
  if (known.code !== 0) return undefined;
  const directory = await mkdtemp(join(tmpdir(), 'longshore-earlier-'));
  const archive = join(directory, 'sources.tar');
  await runProgram('git', ['-C', root, 'archive', '--output', archive, commit, 'package.json', 'packages']);
  await runProgram('tar', ['-xf', archive, '-C', directory]);
  const modules = join(directory, 'node_modules');
  await mkdir(join(modules, '@longshore'), { recursive: true });
  for (const name of await readdir(join(root, 'node_modules'))) {
    if (!name.startsWith('@longshore')) await symlink(join(root, 'node_modules', name), join(modules, name));
  }
  // Its own, not those of today.
  for (const name of await readdir(join(directory, 'packages'))) {
    await symlink(join(directory, 'packages', name), join(modules, '@longshore', name));
  }
  return {
    main: join(directory, 'packages/server/src/main.ts'),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
