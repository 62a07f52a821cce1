import { execFile } from 'node:child_process';
import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'postject';
import { type Architecture, nodeBinary } from './node-binary.ts';

const execute = promisify(execFile);

/** What Node looks for in itself (https://nodejs.org/api/single-executable-applications.html). */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** Makes an executable at `file` of a bundled command: Node itself, with the bundle inside. */
export async function makeExecutable(bundle: string, file: string, architecture: Architecture, workDirectory: string): Promise<void> {
  const node = await nodeBinary(architecture, workDirectory);
  const output = join(workDirectory, `blob-${architecture}`);
  const config = join(workDirectory, `sea-${architecture}.json`);
  // Compiled code is good for the processor that it was compiled on alone.
  const useCodeCache = architecture === process.arch;
  await writeFile(config, JSON.stringify({ main: bundle, output, disableExperimentalSEAWarning: true, useSnapshot: false, useCodeCache }));
  await execute(process.execPath, ['--experimental-sea-config', config]);
  await copyFile(node, file);
  await chmod(file, 0o755);
  await inject(file, 'NODE_SEA_BLOB', await readFile(output), { sentinelFuse: fuse });
}
