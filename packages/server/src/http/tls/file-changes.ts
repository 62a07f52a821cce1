import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { Logger } from '../../registry/ports/logger.ts';

/** Changes come in bursts: a renewal writes two files, a mounted secret swaps links. */
const settleMs = 100;

interface FileChangesOptions {
  readonly logger: Logger;
  /** Between calls for changes that the system does not report (network file systems). */
  readonly pollMs: number;
  /** Called when something near the files has changed, or may have; one call after the other. Never rejects. */
  readonly look: () => Promise<void>;
}

/** Follows files through every kind of change: overwritten, replaced, or swapped behind a symbolic link, as mounted Kubernetes secrets are. */
export class FileChanges {
  readonly #options: FileChangesOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #watchers: readonly FSWatcher[];
  #settling: NodeJS.Timeout | undefined;
  #looking = Promise.resolve();

  constructor(files: readonly string[], options: FileChangesOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.look(), options.pollMs);
    this.#timer.unref();
    this.#watchers = [...new Set(files.map((file) => dirname(file)))].flatMap((directory) => this.#watch(directory));
  }

  /** Looks now; resolves when that is done. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#options.look());
    return this.#looking;
  }

  close(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#settling);
    for (const watcher of this.#watchers) watcher.close();
  }

  #watch(directory: string): FSWatcher[] {
    const { logger } = this.#options;
    try {
      const watcher = watch(directory, { persistent: false }, () => {
        clearTimeout(this.#settling);
        this.#settling = setTimeout(() => void this.look(), settleMs);
        this.#settling.unref();
      });
      // The regular look goes on without it.
      watcher.on('error', (cause) => logger.warn('A directory of certificates cannot be watched.', { directory, cause }));
      return [watcher];
    } catch (cause) {
      logger.warn('A directory of certificates cannot be watched; changes are seen a little later.', { directory, cause });
      return [];
    }
  }
}
