import { accessSync, constants, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';

/** The folder that `scripts/install-test-tools` fills; it lies outside the checkout and outlives it. */
export function testToolsDirectory(): string {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return process.env['LONGSHORE_TEST_TOOLS'] || join(cache, 'longshore', 'test-tools');
}

/** The path of an installed program: from the test tools, then the PATH, then where Debian keeps servers. */
export function findProgram(name: string): string | undefined {
  return programDirectories()
    .map((directory) => join(directory, name))
    .find(isExecutable);
}

/**
 * The paths of the programs that a test needs, or `undefined` when one is absent: the test is then marked as skipped,
 * with the program's name and the command that brings it, and must return. With CI=true the absence is a failure.
 *
 *     const programs = requirePrograms(t, 'skopeo');
 *     if (programs === undefined) return;
 */
export function requirePrograms<Name extends string>(t: TestContext, ...names: Name[]): Record<Name, string> | undefined {
  const paths: Partial<Record<Name, string>> = {};
  const absent: Name[] = [];
  for (const name of names) {
    const path = findProgram(name);
    if (path === undefined) absent.push(name);
    else paths[name] = path;
  }
  if (absent.length === 0) return paths as Record<Name, string>;
  skipTest(t, `not installed: ${absent.join(', ')}; run scripts/install-test-tools`);
  return undefined;
}

/** Marks a test as skipped for what this machine lacks, which the reason names with its remedy. With CI=true it fails instead. */
export function skipTest(t: TestContext, reason: string): void {
  if (process.env['CI'] === 'true') throw new Error(reason);
  t.skip(reason);
}

/**
 * The `skip` option of a test: the reason when this machine cannot run it. With CI=true never, so that the test runs and
 * fails for what is missing.
 */
export function skipUnless(possible: boolean, reason: string): string | false {
  return possible || process.env['CI'] === 'true' ? false : reason;
}

/** The path of a program, or an error that names the command that brings it. */
export function programPath(name: string): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`not installed: ${name}; run scripts/install-test-tools`);
  return path;
}

function programDirectories(): string[] {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '');
  return [join(testToolsDirectory(), 'bin'), ...path, '/usr/local/sbin', '/usr/sbin', '/sbin', ...postgresDirectories()];
}

/** Debian keeps each PostgreSQL version's server programs in a folder of its own; the newest first. */
function postgresDirectories(): string[] {
  const root = '/usr/lib/postgresql';
  try {
    const versions = readdirSync(root).toSorted((a, b) => Number(b) - Number(a));
    return versions.map((version) => join(root, version, 'bin'));
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
