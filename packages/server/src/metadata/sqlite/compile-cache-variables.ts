import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';

/**
 * The whole environment of a writer: the process's compile cache when it has one, which halves the start of the writer and saves it the
 * TypeScript compiler's memory. Nothing else, least of all secrets, is for it.
 */
export function compileCacheVariables(): Record<string, string> {
  const cache = getCompileCacheDir();
  return cache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(cache) };
}
