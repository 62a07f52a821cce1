import { createHash, X509Certificate } from 'node:crypto';
import { runWithLease } from '../../../registry/held-lease.ts';
import type { ManagedCertificate } from '../../../registry/ports/certificate-store.ts';
import type { Fence } from '../../../registry/ports/lease-store.ts';
import type { KeyPair } from '../key-pair.ts';
import { AcmeError } from './acme-error.ts';
import type { AcmeOptions } from './acme-options.ts';
import { AcmeRequests } from './acme-requests.ts';
import { issueCertificate } from './issue-certificate.ts';
import { advisedRenewal, usualRenewal } from './renewal-info.ts';
import { openPair, temporaryPair } from './stored-pair.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Advice about renewal is asked for at most, and at least, that often. */
const shortestAdviceMs = minuteMs;
const longestAdviceMs = 24 * hourMs;
/** Longer than any limit of an authority: what asks for more is a mistake. */
const longestRestMs = 7 * 24 * hourMs;
const soonMs = 500;
const usualAdviceMs = 6 * hourMs;

/**
 * Serves what the metadata has, and sees to it that there is something: of all processes, the one that gets the lease asks the
 * authority. Whatever fails is logged and tried again, and leaves the pair before in use.
 */
export class CertificateKeeper {
  readonly #options: AcmeOptions;
  readonly #id: string;
  readonly #changed: (pair: KeyPair) => void;
  readonly #stopped = new AbortController();
  #current: KeyPair;
  #isTemporary: boolean;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #said: string | undefined;

  private constructor(options: AcmeOptions, id: string, kept: KeyPair | undefined, changed: (pair: KeyPair) => void) {
    this.#options = options;
    this.#id = id;
    this.#current = kept ?? temporaryPair(options);
    this.#isTemporary = kept === undefined;
    this.#changed = changed;
  }

  /** Finds what can be served now; asks no authority. `changed` is told of every pair that takes its place. */
  static async open(options: AcmeOptions, changed: (pair: KeyPair) => void): Promise<CertificateKeeper> {
    const { store, logger, names, directory } = options;
    const id = createHash('sha256')
      .update([directory, ...names].join(' '))
      .digest('hex');
    const kept = [await store.findCertificate(id), await store.longestCertificate()];
    for (const row of kept) {
      const pair = row === undefined ? undefined : usable(row, options);
      if (pair !== undefined) return new CertificateKeeper(options, id, pair, changed);
    }
    logger.warn('There is no TLS certificate of an authority yet: clients refuse the temporary one that is served until then.', {
      names,
      directory,
    });
    return new CertificateKeeper(options, id, undefined, changed);
  }

  /** The pair that is served. */
  get current(): KeyPair {
    return this.#current;
  }

  /** When it ends for clients, in milliseconds since 1970; 0: they never took it. */
  get expiresAt(): number {
    return this.#isTemporary ? 0 : this.#current.certificate.validToDate.getTime();
  }

  /** Begins to ask the authority, and to look at what others have got. */
  start(): void {
    this.#wakeUp(0);
  }

  /** Looks now, and tries again at once what failed before; resolves when that has come to an end. */
  async look(): Promise<void> {
    await this.#look(true);
  }

  /** Gives up what is under way, which whoever is next goes on with. */
  async close(): Promise<void> {
    this.#stopped.abort();
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #wakeUp(inMs: number): void {
    if (this.#stopped.signal.aborted) return;
    this.#timer = setTimeout(() => void this.#look(false).then((ms) => this.#wakeUp(ms)), inMs);
    this.#timer.unref();
  }

  /** Resolves to when to look again, in milliseconds from now. */
  async #look(isForced: boolean): Promise<number> {
    const turn = this.#looking.then(() => this.#tick(isForced));
    this.#looking = turn.then(() => undefined);
    return turn;
  }

  async #tick(isForced: boolean): Promise<number> {
    const { store, logger, pollMs, now, holder, leaseMs } = this.#options;
    const { signal } = this.#stopped;
    if (signal.aborted) return pollMs;
    try {
      const row = this.#serve(await store.findCertificate(this.#id));
      const isDue = now() >= row.nextAt || (isForced && row.failures > 0);
      let isOurs = false;
      if (isDue) {
        const terms = { leases: store, name: `certificate:${this.#id}`, holder, ttlMs: leaseMs };
        isOurs = (await runWithLease(terms, { signal }, (lost, fence) => this.#work(fence, lost, isForced))).held;
      }
      this.#said = undefined;
      // What was done says what is next.
      if (isOurs) return Math.min(pollMs, soonMs);
      return Math.max(0, Math.min(pollMs, isDue ? pollMs : row.nextAt - now()));
    } catch (cause) {
      // What lasts is said once.
      const problem = cause instanceof Error ? cause.message : String(cause);
      if (!signal.aborted && this.#said !== problem) logger.error('The TLS certificate cannot be looked after now.', { cause });
      this.#said = problem;
      return pollMs;
    }
  }

  /** Serves what the row has, when it is something else than before. */
  #serve(row: ManagedCertificate | undefined): ManagedCertificate {
    if (row === undefined) return { id: this.#id, issued: undefined, order: undefined, failures: 0, nextAt: 0 };
    if (row.issued !== undefined && row.issued.chain !== this.#current.cert) {
      const pair = openPair(row, this.#options);
      if (pair !== undefined) {
        this.#current = pair;
        this.#isTemporary = false;
        this.#changed(pair);
        this.#options.logger.info('The TLS certificate changed.', {
          names: this.#options.names,
          validUntil: pair.certificate.validToDate.toISOString(),
        });
      }
    }
    return row;
  }

  /** What is due, as the only one of all processes. */
  async #work(fence: Fence, signal: AbortSignal, isForced: boolean): Promise<void> {
    const { store, now, attempted } = this.#options;
    const row = this.#serve(await store.findCertificate(this.#id));
    if (now() < row.nextAt && !(isForced && row.failures > 0)) return;
    const requests = new AcmeRequests({ ...this.#options, signal });
    try {
      const { issued } = row;
      if (issued !== undefined && (await this.#rests(row, requests, fence))) return;
      this.#serve(await issueCertificate(row, requests, this.#options, { fence, signal }));
      attempted('issued');
    } catch (error) {
      signal.throwIfAborted();
      attempted('failed');
      await this.#postpone(error, fence);
    } finally {
      requests.close();
    }
  }

  /** Whether the certificate is to stay for now, by the authority's advice where it gives some. */
  async #rests(row: ManagedCertificate, requests: AcmeRequests, fence: Fence): Promise<boolean> {
    const { store, now, logger } = this.#options;
    const { issued } = row;
    if (issued === undefined || row.failures > 0) return false;
    const certificate = new X509Certificate(issued.chain);
    const advice = await advisedRenewal(requests, certificate).catch((cause: unknown) => {
      if (!(cause instanceof AcmeError)) throw cause;
      logger.warn('The certificate authority did not say when it wants the TLS certificate renewed.', { cause });
      return undefined;
    });
    const renewAt = advice?.renewAt ?? usualRenewal(certificate);
    const at = now();
    if (renewAt <= at) return false;
    const askAgainMs = Math.min(Math.max(advice?.askAgainMs ?? usualAdviceMs, shortestAdviceMs), longestAdviceMs);
    const nextAt = Math.min(renewAt, at + askAgainMs);
    await store.saveCertificate({ certificate: { ...row, issued: { ...issued, renewAt }, nextAt }, at, fence });
    return true;
  }

  async #postpone(error: unknown, fence: Fence): Promise<void> {
    const { store, now, logger, names, directory } = this.#options;
    // With the order that the attempt began.
    const row = this.#serve(await store.findCertificate(this.#id));
    const failures = row.failures + 1;
    const at = now();
    const isAcme = error instanceof AcmeError;
    const keepsOrder = isAcme && error.keepsOrder;
    const nextAt = Math.round(
      at + Math.max(delayMs(failures, isAcme && error.wasNotCounted), isAcme ? Math.min(error.retryAfterMs ?? 0, longestRestMs) : 0),
    );
    if (isAcme && error.type === 'accountDoesNotExist') await store.setAuthorityAccountUrl({ directory, url: undefined, fence });
    await store.saveCertificate({ certificate: { ...row, failures, nextAt, order: keepsOrder ? row.order : undefined }, at, fence });
    logger.error('The authority issued no TLS certificate; it is asked again, at once after SIGHUP. The one before stays in use.', {
      names,
      directory,
      problem: error instanceof Error ? error.message : String(error),
      ...(isAcme ? {} : { error }),
      failures,
      triedAgainAt: new Date(nextAt).toISOString(),
      servedUntil: this.#isTemporary ? 'clients refuse the temporary one' : new Date(this.expiresAt).toISOString(),
    });
  }
}

/**
 * Until the next attempt: from two minutes up to an hour, since authorities count refused ones (Let's Encrypt: five for each name,
 * and one more every 12 minutes);
 * from five seconds up to ten minutes when none was made. Up to a third less at random.
 */
export function delayMs(failures: number, isUncounted: boolean, random: () => number = Math.random): number {
  const [first, longest] = isUncounted ? [5_000, 10 * minuteMs] : [2 * minuteMs, hourMs];
  return Math.min(longest, first * 2 ** (failures - 1)) * (1 - random() / 3);
}

/** The row's pair when clients would take it. */
function usable(row: ManagedCertificate, options: AcmeOptions): KeyPair | undefined {
  try {
    const pair = openPair(row, options);
    return pair !== undefined && pair.certificate.validToDate.getTime() > options.now() ? pair : undefined;
  } catch (cause) {
    options.logger.error('A TLS certificate that is kept cannot be used: servers that share a database need the same secrets.keyFile.', {
      cause,
    });
    return undefined;
  }
}
