import { setTimeout as pause } from 'node:timers/promises';
import { runWithLease } from '../../registry/held-lease.ts';
import type { AuditEntry, AuditStore } from '../../registry/ports/audit-store.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { LeaseStore } from '../../registry/ports/lease-store.ts';
import type { LogReceiver } from '../../registry/ports/log-receiver.ts';
import type { Logger } from '../../registry/ports/logger.ts';
import { shownEntry } from './audit-format.ts';
import { type SyslogOrigin, toSyslogMessage } from './syslog-message.ts';

/** Entries that are sent at once. */
const batchSize = 200;
/** A receiver that stays away is tried at least so often. */
const longestPauseMs = 30_000;

export interface ForwarderDeps {
  readonly store: Pick<AuditStore, 'setAuditSinks' | 'listUnforwarded' | 'finishForwarding'>;
  readonly leases: LeaseStore;
  readonly logger: Logger;
  readonly clock: () => Millis;
  /** Unique to this process among all that share the database. */
  readonly holder: string;
  readonly origin: SyslogOrigin;
  /** How often it is looked for new entries. */
  readonly pollMs: number;
  /** How long another process waits when the one that forwards dies. */
  readonly leaseMs: number;
}

/**
 * Sends entries to one receiver, at least once, about in the order in which they were made. One of all processes does it, by lease. What the
 * receiver did not take stays in the database and is tried again; nothing that fails leaves this.
 */
export class Forwarder {
  readonly #receiver: LogReceiver;
  readonly #deps: ForwarderDeps;
  #oldest: Millis | undefined;
  #owns = false;
  #failures = 0;

  constructor(receiver: LogReceiver, deps: ForwarderDeps) {
    this.#receiver = receiver;
    this.#deps = deps;
  }

  get address(): string {
    return this.#receiver.address;
  }

  /** How long the oldest entry waits that the receiver does not have, in milliseconds; undefined where another process forwards. */
  lagMs(): number | undefined {
    if (!this.#owns) return undefined;
    return this.#oldest === undefined ? 0 : Math.max(0, this.#deps.clock() - this.#oldest);
  }

  /** Forwards until the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { leases, holder, leaseMs, pollMs } = this.#deps;
    while (!signal.aborted) {
      try {
        const terms = { leases, name: `audit-forward:${this.address}`, holder, ttlMs: leaseMs };
        await runWithLease(terms, { signal }, (held) => this.#forward(held));
      } catch (error) {
        if (!signal.aborted) this.#failed(error);
      }
      this.#owns = false;
      await rest(Math.max(pollMs, leaseMs / 3), signal);
    }
  }

  async #forward(signal: AbortSignal): Promise<void> {
    this.#owns = true;
    while (!signal.aborted) {
      const entries = await this.#deps.store.listUnforwarded(this.address, batchSize);
      this.#oldest = entries[0]?.at;
      if (entries.length > 0 && !(await this.#sent(entries, signal))) {
        await rest(Math.min(this.#deps.pollMs * 2 ** this.#failures, longestPauseMs), signal);
      } else if (entries.length < batchSize) await rest(this.#deps.pollMs, signal);
    }
  }

  async #sent(entries: readonly AuditEntry[], signal: AbortSignal): Promise<boolean> {
    const { store, origin, logger } = this.#deps;
    const write =
      this.#receiver.format === 'syslog'
        ? (entry: AuditEntry) => toSyslogMessage(entry, origin)
        : (entry: AuditEntry) => JSON.stringify(shownEntry(entry));
    try {
      await this.#receiver.send(entries.map(write), signal);
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
      return false;
    }
    await store.finishForwarding({ sink: this.address, ids: entries.map(({ id }) => id) });
    this.#oldest = undefined;
    if (this.#failures > 0) logger.info('Entries of the audit log are forwarded again.', { receiver: this.address });
    this.#failures = 0;
    return true;
  }

  /** An outage is said once. */
  #failed(error: unknown): void {
    this.#failures += 1;
    if (this.#failures > 1) return;
    const message = 'Entries of the audit log could not be forwarded; they are kept, and sent when the receiver takes them.';
    this.#deps.logger.error(message, { receiver: this.address, error });
  }
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  // Stopping is no error.
  await pause(ms, undefined, { signal }).catch(() => undefined);
}
