import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { requirePrograms, skipTest, testToolsDirectory } from '../tools/programs.ts';
import { runProgram } from '../tools/run-program.ts';

const recipe = fileURLToPath(new URL('./build-debian-system', import.meta.url));

/** A layer (tar, gzip) with the smallest Debian of a release, made once for all runs. Answers undefined when it cannot be: the test is then skipped. */
export async function debianSystem(t: TestContext, suite: string): Promise<string | undefined> {
  const key = createHash('sha256').update(readFileSync(recipe)).digest('hex').slice(0, 16);
  const file = join(testToolsDirectory(), '..', 'test-images', `${suite}-${key}.tar.gz`);
  if (existsSync(file)) return file;
  if (requirePrograms(t, 'debootstrap', 'flock') === undefined) return undefined;
  if (process.getuid?.() !== 0) {
    skipTest(t, 'installing Debian for this test needs root, once: run it with sudo');
    return undefined;
  }
  await runProgram('bash', [recipe, suite, file], { timeoutMs: 600_000 });
  return file;
}
