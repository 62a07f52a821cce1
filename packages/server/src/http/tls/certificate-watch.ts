import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { SecureVersion } from 'node:tls';
import type { Logger } from '../../registry/ports/logger.ts';
import { checkKeyPair, type KeyPair, type KeyPairFiles, type KeyPairText, readKeyPair } from './key-pair.ts';
import { TlsProblem } from './tls-problem.ts';

export interface CertificateWatchOptions {
  readonly files: KeyPairFiles;
  readonly minVersion: SecureVersion;
  readonly logger: Logger;
  /** Called with every new pair that can be served. */
  readonly changed: (pair: KeyPair) => void;
  /** Between looks at the files, for changes that the system does not report (network file systems). */
  readonly pollMs: number;
}

/** Changes come in bursts: a renewal writes two files, a mounted secret swaps links. */
const settleMs = 100;

/**
 * Follows certificate and key through every change: overwritten, replaced, or swapped behind a symbolic link, as
 * mounted Kubernetes secrets are. A pair that cannot be served is logged once and leaves the one before in use.
 */
export class CertificateWatch {
  readonly #options: CertificateWatchOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #watchers: readonly FSWatcher[];
  #seen: KeyPairText;
  #current: KeyPair;
  #lastProblem: string | undefined;
  #settling: NodeJS.Timeout | undefined;
  #looking = Promise.resolve();
  #closed = false;

  /** `current`: the pair as it is served now. */
  constructor(current: KeyPair, options: CertificateWatchOptions) {
    this.#options = options;
    this.#current = current;
    this.#seen = current;
    this.#timer = setInterval(() => void this.look(), options.pollMs);
    this.#timer.unref();
    const directories = new Set([options.files.certFile, options.files.keyFile].map((file) => dirname(file)));
    this.#watchers = [...directories].flatMap((directory) => this.#watch(directory));
  }

  /** The pair that is served. */
  get current(): KeyPair {
    return this.#current;
  }

  /** Looks at the files now; resolves when what is there is served or its problem logged. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look());
    return this.#looking;
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    clearTimeout(this.#settling);
    for (const watcher of this.#watchers) watcher.close();
  }

  #watch(directory: string): FSWatcher[] {
    try {
      const watcher = watch(directory, { persistent: false }, () => {
        clearTimeout(this.#settling);
        this.#settling = setTimeout(() => void this.look(), settleMs);
        this.#settling.unref();
      });
      // The regular look goes on without it.
      watcher.on('error', (cause) => this.#options.logger.warn('A directory of certificates cannot be watched.', { directory, cause }));
      return [watcher];
    } catch (cause) {
      this.#options.logger.warn('A directory of certificates cannot be watched; changes are seen a little later.', { directory, cause });
      return [];
    }
  }

  async #look(): Promise<void> {
    const { files, minVersion, logger, changed } = this.#options;
    try {
      const text = await readKeyPair(files);
      if (this.#closed || isSame(text, this.#seen)) return;
      this.#seen = text;
      if (!isSame(text, this.#current)) {
        const pair = checkKeyPair(text, files, minVersion);
        requireNoWorse(pair, this.#current, files);
        this.#current = pair;
        changed(pair);
        const { subject, validToDate } = pair.certificate;
        logger.info('The TLS certificate changed.', { file: files.certFile, subject, validUntil: validToDate.toISOString() });
      }
      this.#lastProblem = undefined;
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (problem === this.#lastProblem) return;
      this.#lastProblem = problem;
      logger.error('The new TLS certificate cannot be used; the one before stays in use.', { problem });
    }
  }
}

function isSame(a: KeyPairText, b: KeyPairText): boolean {
  return a.cert === b.cert && a.key === b.key;
}

/** An expired certificate in the place of a good one is somebody's mistake. */
function requireNoWorse({ certificate }: KeyPair, before: KeyPair, { certFile }: KeyPairFiles): void {
  const now = Date.now();
  if (certificate.validToDate.getTime() >= now || before.certificate.validToDate.getTime() < now) return;
  throw new TlsProblem([
    `${certFile} holds a certificate that expired on ${certificate.validToDate.toISOString()}: put a newer one there.`,
  ]);
}
