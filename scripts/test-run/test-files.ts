import { globSync } from 'node:fs';
import { matchesGlob } from 'node:path';

/** Which test files to run. */
export interface Selection {
  /** Only the tests beside sources, without those that need a database, an object store or much of a disk. */
  readonly quick: boolean;
  /** Parts of paths, or globs; a file that matches one is taken. None: every file. */
  readonly patterns: readonly string[];
}

/** Adapters are tested against the real thing, which takes its time. */
const realStores = /^packages\/server\/src\/(metadata\/(postgres|sqlite)|storage\/(s3|filesystem))\//;

/** The selected files among `files`. */
export function selectFiles(files: readonly string[], { quick, patterns }: Selection): string[] {
  const matches = (file: string) => patterns.some((pattern) => file.includes(pattern) || matchesGlob(file, pattern));
  const isQuick = (file: string) => file.startsWith('packages/') && !realStores.test(file);
  return files.filter((file) => (!quick || isQuick(file)) && (patterns.length === 0 || matches(file)));
}

/** Every test file of the repository, relative to its root, sorted. */
export function allTestFiles(): string[] {
  return globSync(['packages/*/{src,bin}/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts']).sort();
}
