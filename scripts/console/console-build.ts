import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { hashOfFiles } from './source-hash.ts';

/** Says in a built console what it was built of. */
const stamp = 'built.json';

/** What a console is built of, beside what its own directory holds. */
const beside = ['package-lock.json', 'packages/api-client/src', 'packages/deploy/src'];

/**
 * Builds the console of `home` into its `dist`, unless it is there already, built of the sources of now. `onBegin` is called when it takes a while.
 * Whoever serves the one before finds it whole until the new one is; of several that build at once the first is kept. Rejects when it
 * cannot be built: the one before stays.
 */
export async function buildConsole(home: string, onBegin: () => void): Promise<void> {
  const dist = join(home, 'dist');
  const hash = await hashOfConsole(home);
  if ((await builtOf(dist)) === hash) return;
  onBegin();
  const { build } = await import('vite');
  const fresh = await mkdtemp(join(home, 'dist-'));
  try {
    const output = { outDir: relative(home, fresh), emptyOutDir: true };
    await build({ root: home, configFile: join(home, 'vite.config.ts'), logLevel: 'warn', build: output });
    await compress(fresh);
    await writeFile(join(fresh, stamp), JSON.stringify({ sources: hash }));
    await replace(dist, fresh, hash);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Of everything that the console in `home` is built of. */
async function hashOfConsole(home: string): Promise<string> {
  const own = ['src', 'public', 'index.html', 'package.json', 'vite.config.ts'].map((name) => join(home, name));
  return hashOfFiles([...own, ...beside]);
}

async function builtOf(dist: string): Promise<string | undefined> {
  try {
    return (JSON.parse(await readFile(join(dist, stamp), 'utf8')) as { sources: string }).sources;
  } catch {
    // Not there, or half of one: it is built anew.
    return undefined;
  }
}

/** Puts `fresh` in the place of `dist`, unless another build of the same sources was quicker. No directory is renamed onto a full one, so for a moment there is none. */
async function replace(dist: string, fresh: string, hash: string): Promise<void> {
  if ((await builtOf(dist)) === hash) return;
  const old = `${fresh}-old`;
  const hasOld = await rename(dist, old).then(
    () => true,
    () => false,
  );
  try {
    await rename(fresh, dist);
  } catch (error) {
    if ((await builtOf(dist)) === hash) return;
    if (hasOld) await rename(old, dist);
    throw error;
  } finally {
    await rm(old, { recursive: true, force: true });
  }
}

/** Next to each file that gets smaller by it. */
async function compress(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(js|css|svg)$/.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const bytes = await readFile(file);
    const [zipped, smaller] = await Promise.all([promisify(gzip)(bytes, { level: 9 }), promisify(brotliCompress)(bytes)]);
    if (zipped.byteLength < bytes.byteLength) await writeFile(`${file}.gz`, zipped);
    if (smaller.byteLength < zipped.byteLength) await writeFile(`${file}.br`, smaller);
  }
}
