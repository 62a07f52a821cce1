import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Logger } from '../../registry/ports/logger.ts';
import { FileChanges } from './file-changes.ts';
import { TlsProblem } from './tls-problem.ts';

/** Where it is said which certificates of clients are taken. */
export interface ClientTrustFiles {
  /** Certificates of authorities in PEM, roots among them. */
  readonly authoritiesFile: string;
  /** Lists of revocations (CRL) in PEM; with one, every authority in the chain of a client needs its own. */
  readonly revocationFiles: readonly string[];
}

/** Whose certificates are taken, and which no more; each a PEM block. */
export interface ClientTrust {
  readonly authorities: readonly string[];
  readonly revocations: readonly string[];
}

const certificateBlock = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
const listBlock = /-----BEGIN X509 CRL-----[^-]*-----END X509 CRL-----/g;

/** Reads and checks them; throws `TlsProblem` with everything that is wrong. */
export async function readClientTrust({ authoritiesFile, revocationFiles }: ClientTrustFiles): Promise<ClientTrust> {
  const problems: string[] = [];
  const authorities = await readBlocks(authoritiesFile, certificateBlock, 'certificate', problems);
  const certificates = authorities.flatMap((text) => checked(authoritiesFile, () => [new X509Certificate(text)], problems));
  if (certificates.length > 0 && !certificates.some(isRoot)) {
    problems.push(`${authoritiesFile} holds no root: add the certificate, signed by itself, at which the others end.`);
  }
  const revocations: string[] = [];
  for (const file of revocationFiles) {
    const found = await readBlocks(file, listBlock, 'list of revocations', problems);
    checked(file, () => [createSecureContext({ crl: [...found] })], problems);
    revocations.push(...found);
  }
  if (problems.length > 0) throw new TlsProblem(problems);
  return { authorities, revocations };
}

interface ClientTrustWatchOptions {
  readonly files: ClientTrustFiles;
  readonly logger: Logger;
  /** Gets everything that comes after what is used at first. */
  readonly changed: (trust: ClientTrust) => void;
  readonly pollMs: number;
  /** A clock that never goes back. */
  readonly elapsed: () => number;
}

/**
 * TLS verifies when a client connects, and whatever ends by itself afterwards, a list of revocations or an authority, ends nothing. So
 * after this time the same is given out again, as if it had changed.
 */
const verifiedForMs = 60 * 60 * 1000;

/** Follows the files. What cannot be used is logged once and leaves what was before in use. */
export class ClientTrustWatch {
  readonly #options: ClientTrustWatchOptions;
  readonly #changes: FileChanges;
  #current: ClientTrust;
  #givenAt: number;
  #lastProblem: string | undefined;

  /** `current`: as it is used now. */
  constructor(current: ClientTrust, options: ClientTrustWatchOptions) {
    const { files, logger, pollMs, elapsed } = options;
    this.#options = options;
    this.#current = current;
    this.#givenAt = elapsed();
    const look = async () => {
      await this.#look();
      if (elapsed() - this.#givenAt >= verifiedForMs) this.#give({ ...this.#current });
    };
    this.#changes = new FileChanges([files.authoritiesFile, ...files.revocationFiles], { logger, pollMs, look });
  }

  get current(): ClientTrust {
    return this.#current;
  }

  /** Looks at the files now; resolves when what is there is used or its problem logged. */
  look(): Promise<void> {
    return this.#changes.look();
  }

  close(): void {
    this.#changes.close();
  }

  #give(trust: ClientTrust): void {
    this.#current = trust;
    this.#givenAt = this.#options.elapsed();
    this.#options.changed(trust);
  }

  async #look(): Promise<void> {
    const { files, logger } = this.#options;
    try {
      const trust = await readClientTrust(files);
      this.#lastProblem = undefined;
      if (JSON.stringify(trust) === JSON.stringify(this.#current)) return;
      this.#give(trust);
      const { authorities, revocations } = trust;
      logger.info('What certificates of clients are taken has changed.', {
        authorities: authorities.length,
        revocations: revocations.length,
      });
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (problem === this.#lastProblem) return;
      this.#lastProblem = problem;
      logger.error('The new authorities or revocations of clients cannot be used; those before stay in use.', { problem });
    }
  }
}

async function readBlocks(file: string, block: RegExp, what: string, problems: string[]): Promise<readonly string[]> {
  try {
    const found = (await readFile(file, 'utf8')).match(block) ?? [];
    if (found.length === 0) problems.push(`${file} holds no ${what}: it must be PEM.`);
    return found;
  } catch (error) {
    problems.push(`${file} cannot be read: ${reasonOf(error)}.`);
    return [];
  }
}

function checked<T>(file: string, read: () => T[], problems: string[]): T[] {
  try {
    return read();
  } catch (error) {
    problems.push(`${file} is damaged (${reasonOf(error)}): copy it again.`);
    return [];
  }
}

function isRoot(certificate: X509Certificate): boolean {
  return certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
