import { globSync } from 'node:fs';
import { matchesGlob } from 'node:path';

/** Which test files to run. */
export interface Selection {
  /** Only the tests beside sources: no servers, no outside programs. */
  readonly quick: boolean;
  /** Parts of paths, or globs; a file that matches one is taken. None: every file. */
  readonly patterns: readonly string[];
}

/** The selected files among `files`. */
export function selectFiles(files: readonly string[], { quick, patterns }: Selection): string[] {
  const matches = (file: string) => patterns.some((pattern) => file.includes(pattern) || matchesGlob(file, pattern));
  return files.filter((file) => (!quick || file.startsWith('packages/')) && (patterns.length === 0 || matches(file)));
}

/** Every test file of the repository, relative to its root, sorted. */
export function allTestFiles(): string[] {
  return globSync(['packages/*/{src,bin}/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts']).sort();
}
