import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { runProgram } from '../tools/run-program.ts';
import type { LayerFile } from './compared-images.ts';

/** Makes layers of files that a test names, in a folder that is gone after the tests of its file. */
export interface MadeLayers {
  readonly directory: string;
  /** A layer with these files; a name that ends with a slash is a directory, a value with an arrow a link. */
  layer(files: Readonly<Record<string, string>>, modes?: Readonly<Record<string, number>>): Promise<LayerFile>;
}

/** Call it once in a file. */
export async function makeLayers(): Promise<MadeLayers> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-comparisons-'));
  after(() => rm(directory, { recursive: true, force: true }));
  let made = 0;
  return {
    directory,
    layer: async (files, modes = {}) => {
      made += 1;
      const root = join(directory, `layer-${made}`);
      for (const [name, text] of Object.entries(files)) {
        const path = join(root, name);
        await mkdir(name.endsWith('/') ? path : dirname(path), { recursive: true });
        if (text.startsWith('-> ')) await symlink(text.slice(3), path);
        else if (!name.endsWith('/')) {
          await writeFile(path, text);
          // Also where the umask is stricter than usual.
          await chmod(path, 0o644);
        }
      }
      for (const [name, mode] of Object.entries(modes)) await chmod(join(root, name), mode);
      const file = `${root}.tar.gz`;
      await runProgram('tar', ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0', '-C', root, '-czf', file, '.']);
      return { file };
    },
  };
}
