import type { AuditStore, NewAuditEntry } from '../../registry/ports/audit-store.ts';
import type { Auditor, Denial } from '../../registry/ports/auditor.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { Logger } from '../../registry/ports/logger.ts';
import type { RequestRecord } from '../../registry/ports/request-observer.ts';
import { CountedReads } from './counted-reads.ts';
import { DeniedRepeats } from './denied-repeats.ts';

/** Entries that one command writes. */
const batchSize = 200;
/** Entries that wait while the database is away; what is beyond is lost, which is counted. */
const mostWaiting = 20_000;

export interface AuditTrailDeps {
  readonly store: Pick<AuditStore, 'appendAudit'>;
  /** Which network a client's address belongs to. */
  readonly networkOf: (address: string) => string;
  readonly logger: Logger;
  readonly clock: () => Millis;
  /** How often counted reads and repeats are written. */
  readonly everyMs: number;
}

/** Keeps account of denials and reads in this process, and writes what it counted. What fails here fails nothing else. */
export class AuditTrail implements Auditor {
  readonly #deps: AuditTrailDeps;
  readonly #denied: DeniedRepeats;
  readonly #reads = new CountedReads();
  readonly #timer: NodeJS.Timeout;
  #waiting: NewAuditEntry[] = [];
  #writing: Promise<void> | undefined;
  #hasFailed = false;
  /** Denials that the database did not take, whose clients got an error, and entries that were dropped since it was away for too long. */
  lost = 0;

  constructor(deps: AuditTrailDeps) {
    this.#deps = deps;
    this.#denied = new DeniedRepeats(deps.networkOf);
    this.#timer = setInterval(() => void this.#flush(), deps.everyMs).unref();
  }

  denied(denial: Denial): Promise<void> {
    const { store, clock } = this.#deps;
    return this.#denied
      .note(denial, clock(), (entry) => store.appendAudit({ entries: [entry] }))
      .catch((error: unknown) => {
        this.lost += 1;
        throw error;
      });
  }

  /** Takes note of a request that is over. */
  readonly observe = (record: RequestRecord): void => this.#reads.note(record, this.#deps.clock());

  /** Writes everything that was counted. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#flush();
  }

  async #flush(): Promise<void> {
    // One at a time, and the last one takes everything. Of several that waited another may be faster.
    while (this.#writing !== undefined) await this.#writing;
    this.#waiting.push(...this.#denied.take(), ...this.#reads.take());
    const excess = this.#waiting.length - mostWaiting;
    if (excess > 0) {
      this.#waiting.splice(0, excess);
      this.lost += excess;
    }
    this.#writing = this.#write().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  async #write(): Promise<void> {
    const { store, logger } = this.#deps;
    try {
      while (this.#waiting.length > 0) {
        const entries = this.#waiting.slice(0, batchSize);
        await store.appendAudit({ entries });
        this.#waiting.splice(0, entries.length);
      }
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed) logger.error('Counted pulls and denials cannot be written to the audit log; it is tried again.', { error });
      this.#hasFailed = true;
    }
  }
}
