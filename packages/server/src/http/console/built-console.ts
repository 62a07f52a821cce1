import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** One file of the console, as it is sent. */
export interface ConsoleFile {
  readonly contentType: string;
  readonly bytes: Buffer;
  /** The same, compressed when the console was built; undefined where that makes it no smaller. */
  readonly gzip: Buffer | undefined;
  readonly brotli: Buffer | undefined;
}

/** The console as it was built: its one page, and what that loads. */
export interface BuiltConsole {
  /** With `noncePlace` where each answer's own value goes. */
  readonly page: string;
  /** By path, such as `/assets/index-4f2a.js`. */
  readonly files: ReadonlyMap<string, ConsoleFile>;
}

/** What stands in the page where a value goes that is another one in each answer. */
export const noncePlace = 'LONGSHORE-NONCE';

const contentTypes = new Map(
  Object.entries({
    '.js': 'text/javascript; charset=utf-8',
    '.css': 'text/css; charset=utf-8',
    '.svg': 'image/svg+xml',
    '.woff2': 'font/woff2',
  }),
);

/** Reads a built console into memory: a megabyte or two. Undefined when there is none in this directory. */
export async function readConsole(directory: string): Promise<BuiltConsole | undefined> {
  const page = await readIfThere(join(directory, 'index.html'));
  if (page === undefined) return undefined;
  const files = new Map<string, ConsoleFile>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const contentType = contentTypes.get(extname(entry.name));
    if (!entry.isFile() || contentType === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const [bytes, gzip, brotli] = [await readFile(path), await readIfThere(`${path}.gz`), await readIfThere(`${path}.br`)];
    files.set(path.slice(directory.length).replaceAll('\\', '/'), { contentType, bytes, gzip, brotli });
  }
  return { page: page.toString('utf8'), files };
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
