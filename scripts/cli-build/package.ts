import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleCommand } from './bundle.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Makes the package that `npx longshore` runs, in a folder: one file of JavaScript without dependencies. */
export async function buildPackage(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await bundleCommand(join(directory, 'longshore.js'), 'npm');
  const { version, description, license } = JSON.parse(await readFile(join(root, 'packages', 'cli', 'package.json'), 'utf8'));
  const packed = {
    name: 'longshore',
    version,
    description,
    license,
    type: 'module',
    bin: { longshore: 'longshore.js' },
    engines: { node: '>=24.15' },
  };
  await writeFile(join(directory, 'package.json'), `${JSON.stringify(packed, undefined, 2)}\n`);
  await copyFile(join(root, 'LICENSE'), join(directory, 'LICENSE'));
}
