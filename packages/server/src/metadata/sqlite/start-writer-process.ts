import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { compileCacheVariables } from './compile-cache-variables.ts';
import { prepareDirectory } from './prepare-directory.ts';
import { fromFailure } from './writer-failures.ts';
import type { FromWriter } from './writer-messages.ts';
import type { WriterProcessOptions } from './writer-process.ts';

/** The process that writes for all workers of this host. */
export interface WriterProcess {
  readonly pid: number;
  /** Resolves when it is gone, to how it ended. */
  readonly ended: Promise<string>;
  /** Lets it end: it answers what its clients still send, and is gone when they are. */
  retire(): void;
  kill(): void;
}

/**
 * Starts the process that opens the database, creates it or brings its schema up to date, and writes; resolves when its socket takes
 * connections. Rejects with a `StorageError` as `openSqliteMetadata` does.
 */
export async function startWriterProcess(options: WriterProcessOptions): Promise<WriterProcess> {
  prepareDirectory(options.path);
  const file = fileURLToPath(new URL('./writer-process.ts', import.meta.url));
  const child = fork(file, [JSON.stringify(options)], { execArgv: [], env: compileCacheVariables() });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.on('message', (message: FromWriter) => {
    if (message === 'ready') resolve();
    else if (typeof message === 'object' && 'refused' in message) reject(fromFailure(message.refused));
  });
  void ended.then((how) => reject(new StorageError('failed', `The process that writes metadata ended at its start: ${how}`)));
  await promise;
  return {
    pid: child.pid ?? 0,
    ended,
    // One that is already gone has no channel any more.
    retire: () => void (child.connected && child.send('retire')),
    kill: () => void child.kill('SIGKILL'),
  };
}
