import type { SecureVersion } from 'node:tls';
import type { Logger } from '../../registry/ports/logger.ts';
import { FileChanges } from './file-changes.ts';
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

/**
 * Follows certificate and key through every change. A pair that cannot be served is logged once and leaves the one before in use.
 */
export class CertificateWatch {
  readonly #options: CertificateWatchOptions;
  readonly #changes: FileChanges;
  #seen: KeyPairText;
  #current: KeyPair;
  #lastProblem: string | undefined;
  #closed = false;

  /** `current`: the pair as it is served now. */
  constructor(current: KeyPair, options: CertificateWatchOptions) {
    this.#options = options;
    this.#current = current;
    this.#seen = current;
    const { files, logger, pollMs } = options;
    this.#changes = new FileChanges([files.certFile, files.keyFile], { logger, pollMs, look: () => this.#look() });
  }

  /** The pair that is served. */
  get current(): KeyPair {
    return this.#current;
  }

  /** Looks at the files now; resolves when what is there is served or its problem logged. */
  look(): Promise<void> {
    return this.#changes.look();
  }

  close(): void {
    this.#closed = true;
    this.#changes.close();
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
