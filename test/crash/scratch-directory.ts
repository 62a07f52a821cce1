import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { atEnd } from './at-end.ts';

/** An empty directory that goes away with the test. */
export async function scratchDirectory(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'longshore-'));
  atEnd(t, () => rm(path, { recursive: true, force: true }));
  return path;
}
