// npm run build:cli [-- x64 arm64]: the command as people get it, in packages/cli/dist: npm/ is what npm publishes, longshore-linux-* are single files.
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleCommand } from './cli-build/bundle.ts';
import { makeExecutable } from './cli-build/executable.ts';
import type { Architecture } from './cli-build/node-binary.ts';
import { buildPackage } from './cli-build/package.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'packages', 'cli', 'dist');

async function tell(file: string): Promise<void> {
  console.log(`${file}: ${Math.round((await stat(file)).size / 1024)} KiB`);
}

const wanted = process.argv.slice(2).length > 0 ? process.argv.slice(2) : ['x64', 'arm64'];
const workDirectory = await mkdtemp(join(tmpdir(), 'longshore-build-cli-'));
try {
  await buildPackage(join(dist, 'npm'));
  await tell(join(dist, 'npm', 'longshore.js'));
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
