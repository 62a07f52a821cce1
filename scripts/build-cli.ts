// npm run build:cli [-- x64 arm64]: the command as people get it, in packages/cli/dist: npm/ is what npm publishes, longshore-linux-* are single files.
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleCommand } from './cli-build/bundle.ts';
import { makeExecutable } from './cli-build/executable.ts';
import type { Architecture } from './cli-build/node-binary.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'packages', 'cli', 'dist');

/** The package that `npx longshore` runs: one file of JavaScript without dependencies. */
async function buildPackage(): Promise<void> {
  const directory = join(dist, 'npm');
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
  await tell(join(directory, 'longshore.js'));
}

async function tell(file: string): Promise<void> {
  console.log(`${file}: ${Math.round((await stat(file)).size / 1024)} KiB`);
}

const wanted = process.argv.slice(2).length > 0 ? process.argv.slice(2) : ['x64', 'arm64'];
const workDirectory = await mkdtemp(join(tmpdir(), 'longshore-build-cli-'));
try {
  await buildPackage();
  const bundle = join(workDirectory, 'longshore.cjs');
  await bundleCommand(bundle, 'executable');
  for (const architecture of wanted as Architecture[]) {
    const file = join(dist, `longshore-linux-${architecture}`);
    await makeExecutable(bundle, file, architecture, workDirectory);
    await tell(file);
  }
} finally {
  await rm(workDirectory, { recursive: true, force: true });
}
