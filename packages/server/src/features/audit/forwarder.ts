import { setTimeout as pause } from 'node:timers/promises';
import { runWithLease } from '../../registry/held-lease.ts';
import type { AuditEntry, AuditStore, UnforwardedEntry } from '../../registry/ports/audit-store.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { LeaseStore } from '../../registry/ports/lease-store.ts';
import type { LogReceiver } from '../../registry/ports/log-receiver.ts';
import type { Logger } from '../../registry/ports/logger.ts';
import { shownEntry } from './audit-format.ts';
import { sendInParts } from './send-in-parts.ts';
import { type SyslogOrigin, toSyslogMessage } from './syslog-message.ts';

/** Entries that are sent at once. */
const batchSize = 200;
/** A receiver that stays away is tried at least so often. */
const longestPauseMs = 30_000;
/** What a receiver refused is sent again so much later: somebody may have taught it better. */
const heldMs = 3_600_000;
/** Entries that one line of the log names. */
const mostNamed = 20;

export interface ForwarderDeps {
  readonly store: Pick<AuditStore, 'setAuditSinks' | 'listUnforwarded' | 'finishForwarding' | 'holdForwarding' | 'countHeld'>;
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
 * receiver did not take stays in the database and is tried again; single entries that it refuses wait for that beside the way of the others.
 * Nothing that fails leaves this.
 */
export class Forwarder {
  readonly #receiver: LogReceiver;
  readonly #deps: ForwarderDeps;
  #oldest: Millis | undefined;
  #held = 0;
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

  /** Entries that the receiver refused and that are kept for it; undefined where another process forwards. */
  held(): number | undefined {
    return this.#owns ? this.#held : undefined;
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
    const { store, clock, pollMs } = this.#deps;
    this.#held = await store.countHeld(this.address);
    this.#owns = true;
    while (!signal.aborted) {
      const entries = await store.listUnforwarded({ sink: this.address, at: clock(), limit: batchSize });
      this.#oldest = entries.find(({ wasHeld }) => !wasHeld)?.at;
      if (entries.length > 0 && !(await this.#sent(entries, signal))) {
        await rest(Math.min(pollMs * 2 ** this.#failures, longestPauseMs), signal);
      } else if (entries.length < batchSize) await rest(pollMs, signal);
    }
  }

  async #sent(entries: readonly UnforwardedEntry[], signal: AbortSignal): Promise<boolean> {
    const { store, logger } = this.#deps;
    try {
      const { refused, outage } = await sendInParts(entries, async (part) => {
        await this.#receiver.send(part.map(this.#write), signal);
        await store.finishForwarding({ sink: this.address, ids: part.map(({ id }) => id) });
      });
      if (refused.length > 0) await this.#hold(refused);
      if (refused.length > 0 || entries.some(({ wasHeld }) => wasHeld)) this.#held = await store.countHeld(this.address);
      if (outage !== undefined) throw outage;
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
      return false;
    }
    this.#oldest = undefined;
    if (this.#failures > 0) logger.info('Entries of the audit log are forwarded again.', { receiver: this.address });
    this.#failures = 0;
    return true;
  }

  readonly #write = (entry: AuditEntry): string =>
    this.#receiver.format === 'syslog' ? toSyslogMessage(entry, this.#deps.origin) : JSON.stringify(shownEntry(entry));

  async #hold(refused: readonly UnforwardedEntry[]): Promise<void> {
    const { store, clock, logger } = this.#deps;
    const ids = refused.map(({ id }) => id);
    await store.holdForwarding({ sink: this.address, ids, until: clock() + heldMs });
    const message = 'A receiver refuses entries of the audit log that it is sent; they are kept, and sent to it again in an hour.';
    logger.error(message, { receiver: this.address, count: ids.length, entries: ids.slice(0, mostNamed) });
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
