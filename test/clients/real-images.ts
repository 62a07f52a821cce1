import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { requirePrograms, skipTest, testToolsDirectory } from '../tools/programs.ts';
import { runProgram } from '../tools/run-program.ts';

export interface RealImages {
  /** An OCI layout with one image of three layers, named `application`; it runs and says so. */
  readonly image: string;
  /** An OCI layout with one index of two platforms, named `small`. */
  readonly index: string;
  /** A folder with a few files, to build images from. */
  readonly files: string;
}

const recipe = fileURLToPath(new URL('./build-real-images', import.meta.url));

/**
 * Real images for a test to push, built once for all runs and kept beside the test tools, in a folder named after their
 * recipe. Answers `undefined` when they are absent and cannot be built here: the test is then skipped and must return.
 */
export async function realImages(t: TestContext): Promise<RealImages | undefined> {
  const key = createHash('sha256').update(readFileSync(recipe)).digest('hex').slice(0, 16);
  const directory = join(testToolsDirectory(), '..', 'test-images', key);
  if (!existsSync(directory)) {
    if (requirePrograms(t, 'debootstrap', 'buildah', 'flock') === undefined) return undefined;
    if (process.getuid?.() !== 0) {
      skipTest(t, 'building the images for this test needs root, once: run it with sudo');
      return undefined;
    }
    await runProgram('bash', [recipe, directory], { env: { PROGRAM: process.execPath }, timeoutMs: 600_000 });
  }
  return { image: join(directory, 'image'), index: join(directory, 'index'), files: join(directory, 'small') };
}
