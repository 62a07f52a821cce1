import { once } from 'node:events';
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ReadManifest } from '../registry/manifests.ts';
import { RegistryError } from '../registry/registry-error.ts';
import type { ManifestQuestion } from './manifest-thread.ts';

/** The thread costs about 20 MB and large manifests are rare. */
const idleMs = 10_000;
/** A manifest of 4 MiB becomes less than 100 MB of objects. */
const heapMegabytes = 256;
/** As much as the process has by the flag it is started with: V8 would take more on a large machine. */
const youngMegabytes = 96;

/** Reads manifests in a thread that runs while there are any, one after the other, so that none holds up other requests. */
export class ManifestReader {
  #thread: Worker | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;

  /** As `readManifest`. Rejects with a `RegistryError` when the thread dies of it. */
  readonly read: ReadManifest = (bytes, contentType) => {
    const reading = this.#turn.then(() => this.#ask({ bytes, contentType }));
    this.#turn = reading.catch(() => undefined);
    return reading;
  };

  /** Waits for what is being read, then ends the thread. */
  async close(): Promise<void> {
    await this.#turn;
    await this.#end();
  }

  async #ask(question: ManifestQuestion): ReturnType<ReadManifest> {
    clearTimeout(this.#idle);
    this.#thread ??= this.#start();
    try {
      this.#thread.postMessage(question);
      const [answer] = await once(this.#thread, 'message');
      return answer;
    } catch (cause) {
      throw new RegistryError('UNAVAILABLE', { message: 'This manifest could not be read: push it again, or a smaller one.', cause });
    } finally {
      this.#idle = setTimeout(() => void this.#end(), idleMs);
    }
  }

  #start(): Worker {
    const cache = getCompileCacheDir();
    const thread = new Worker(new URL('./manifest-thread.ts', import.meta.url), {
      name: 'manifest-reader',
      // Flags and variables of the process (of a test runner, of --eval) are not for the thread.
      execArgv: [],
      env: cache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(cache) },
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, maxYoungGenerationSizeMb: youngMegabytes },
    });
    // Whoever asks hears of it too; the next one gets a new thread.
    thread.on('error', () => {
      if (this.#thread === thread) this.#thread = undefined;
    });
    return thread;
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.terminate();
  }
}
