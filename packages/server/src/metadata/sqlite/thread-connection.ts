import { Worker } from 'node:worker_threads';
import { compileCacheVariables } from './compile-cache-variables.ts';
import type { ConnectToWriter } from './writer-connection.ts';
import type { FromWriter, WriterOptions } from './writer-messages.ts';

/** Starts a thread of this process that writes. */
export function connectToThread(options: WriterOptions): ConnectToWriter {
  return (events) => {
    // Flags of the process (of a test runner, of --eval) are not for the thread.
    const settings = { workerData: options, name: 'metadata-writer', execArgv: [], env: compileCacheVariables() };
    const worker = new Worker(new URL('./writer-thread.ts', import.meta.url), settings);
    let reason: string | undefined;
    worker.on('message', (message: FromWriter) => events.message(message));
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.once('exit', (code) => events.ended(reason ?? `exit code ${code}`));
    return { send: (message) => worker.postMessage(message) };
  };
}
