import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Longshore, startLongshore } from '../tools/longshore.ts';

/** A supervisor with its workers. */
export interface Host {
  readonly server: Longshore;
  /** Where the server puts what lives as long as it. */
  readonly temporary: string;
}

/** Starts a supervisor with two workers, and a temporary directory of its own. */
export async function startWorkers(t: TestContext, env: Record<string, string> = {}): Promise<Host> {
  const temporary = await mkdtemp(join(tmpdir(), 'longshore-workers-'));
  const server = await startLongshore({ args: ['--workers', '2', '--anonymous', 'push'], env: { TMPDIR: temporary, ...env } });
  t.after(async () => {
    await server.stop();
    await rm(temporary, { recursive: true, force: true });
  });
  return { server, temporary };
}

/** A directory that is removed with the test. */
export async function newDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-config-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
