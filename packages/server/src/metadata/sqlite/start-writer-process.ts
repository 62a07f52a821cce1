import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { HangWatch } from '../../registry/hang-watch.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { Logger } from '../../registry/ports/logger.ts';
import { compileCacheVariables } from './compile-cache-variables.ts';
import { prepareDirectory } from './prepare-directory.ts';
import { fromFailure } from './writer-failures.ts';
import type { FromSupervisor, ToSupervisor } from './writer-messages.ts';
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

/** How the supervisor watches it. */
export interface WriterCare {
  /** A writer that is not ready, or does not answer, for that long is killed; one that migrates may take as long as it needs. */
  readonly stuckMs: number;
  readonly logger: Logger;
}

/**
 * Starts the process that opens the database, creates it or brings its schema up to date, and writes; resolves when its socket takes
 * connections. Rejects with a `StorageError` as `openSqliteMetadata` does, `stalled` when it had to be killed.
 */
export async function startWriterProcess(options: WriterProcessOptions, care: WriterCare): Promise<WriterProcess> {
  prepareDirectory(options.path);
  const file = fileURLToPath(new URL('./writer-process.ts', import.meta.url));
  const child = fork(file, [JSON.stringify(options)], { execArgv: [], env: compileCacheVariables() });
  const watch = watchChild(child, care);
  const ended = new Promise<string>((resolve) => {
    const end = (how: string): void => resolve(watch.killedBecause === undefined ? how : `killed: ${watch.killedBecause}`);
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.on('message', (message: ToSupervisor) => {
    if (message === 'ready') {
      watch.ready();
      resolve();
    } else if (message === 'here') {
      watch.answered();
    } else if (message === 'migrating') {
      watch.suspend();
      care.logger.warn('The database is being brought up to date. Nothing can be written until that is done, and it must not be killed.');
    } else {
      reject(fromFailure(message.refused));
    }
  });
  void ended.then((how) => {
    watch.end();
    const reason = watch.killedBecause === undefined ? 'failed' : 'stalled';
    reject(new StorageError(reason, `The process that writes metadata ended at its start (${how})`));
  });
  await promise;
  return {
    pid: child.pid ?? 0,
    ended,
    retire: () => {
      watch.end();
      tell(child, 'retire');
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

function watchChild(child: ChildProcess, { stuckMs, logger }: WriterCare): HangWatch {
  return new HangWatch({
    who: 'The writer of the metadata',
    pid: child.pid,
    limitMs: stuckMs,
    logger,
    ask: () => tell(child, 'ask'),
    kill: () => void child.kill('SIGKILL'),
  });
}

/** One that is already gone has no channel any more, or loses it meanwhile; `ended` tells. */
function tell(child: ChildProcess, message: FromSupervisor): void {
  if (child.connected) child.send(message, () => undefined);
}
