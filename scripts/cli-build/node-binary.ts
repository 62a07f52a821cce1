import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** The processors that executables are made for. */
export type Architecture = 'x64' | 'arm64';

/** The path of Node for Linux on this processor, of the version of package-lock.json: from node_modules, else from the registry. */
export async function nodeBinary(architecture: Architecture, workDirectory: string): Promise<string> {
  const name = `node-linux-${architecture}`;
  if (process.platform === 'linux' && process.arch === architecture) return join(root, 'node_modules', name, 'bin', 'node');
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity: string }>>;
  };
  const locked = lock.packages[`node_modules/${name}`];
  if (locked === undefined) throw new Error(`package-lock.json does not name ${name}`);
  const { stdout } = await execute('npm', ['pack', `${name}@${locked.version}`, '--json', '--pack-destination', workDirectory], {
    cwd: workDirectory,
  });
  const [packed] = JSON.parse(stdout) as readonly { readonly filename: string }[];
  const file = join(workDirectory, packed?.filename ?? '');
  const integrity = `sha512-${createHash('sha512')
    .update(await readFile(file))
    .digest('base64')}`;
  if (integrity !== locked.integrity) throw new Error(`${name} is not what package-lock.json says: ${integrity}`);
  await execute('tar', ['-xzf', file, '-C', workDirectory, 'package/bin/node']);
  return join(workDirectory, 'package', 'bin', 'node');
}
