import type { Client } from 'pg';
import type { Logger } from '../../registry/ports/logger.ts';
import type { ListeningDeps } from './listening-connection.ts';
import { hangUp, heartbeat, openListening } from './listening-connection.ts';

/** For how long after it was sent an answered heartbeat is good. Below the second in which a change must be known everywhere. */
const leaseMs = 900;
/** Several fit into the lease, so that a slow one does not end it. */
const beatEveryMs = 250;
const firstRetryMs = 200;
const longestRetryMs = 5_000;

export interface ChangeListenerDeps extends ListeningDeps {
  readonly logger: Logger;
  /** What has changed, as the triggers of the schema tell it. */
  readonly onChange: (subject: string) => void;
  /** From now on changes are heard; what happened before may have been missed. */
  readonly onListening: () => void;
}

/**
 * Hears what changes in the database, on a connection of its own, with a heartbeat on the same connection.
 *
 * PostgreSQL signals listeners before it answers whoever commits, and the server process of a listener passes on what it was
 * signalled before it reports ready for the next statement. So the answer to a heartbeat comes behind everything that was committed
 * before the heartbeat was sent: for `leaseMs` from then, whatever becomes of the connection, nothing older than that was missed. Only
 * this process's own monotonic clock is read.
 */
export class ChangeListener {
  readonly #deps: ChangeListenerDeps;
  #running: Promise<void> | undefined;
  #client: Client | undefined;
  /** When the last heartbeat was sent that was answered on the present connection, as of `performance.now()`. */
  #provenAt = Number.NEGATIVE_INFINITY;
  /** Only heartbeats that are sent from then on count. */
  #provenFrom = Number.NEGATIVE_INFINITY;
  #retryMs = firstRetryMs;
  #isReported = false;
  #isClosed = false;
  #wake = (): void => undefined;

  constructor(deps: ChangeListenerDeps) {
    this.#deps = deps;
  }

  /** Whether whatever anybody committed more than `leaseMs` ago has been heard, and everything of this process. The first call begins to listen. */
  isFresh(): boolean {
    this.#running ??= this.#run();
    return this.#provenAt >= this.#provenFrom && performance.now() - this.#provenAt < leaseMs;
  }

  /** This process has changed something: nothing is fresh until that was heard too. */
  noteOwnChange(): void {
    this.#provenFrom = performance.now();
    if (this.#client !== undefined) this.#wake();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      try {
        this.#client = await openListening(this.#deps, this.#deps.onChange);
        this.#deps.onListening();
        await this.#beat(this.#client);
      } catch (error) {
        this.#report(error);
      }
      this.#provenAt = Number.NEGATIVE_INFINITY;
      await this.#leave();
      if (!this.#isClosed) await this.#pause(this.#retryMs);
      this.#retryMs = Math.min(2 * this.#retryMs, longestRetryMs);
    }
  }

  /** Until it is closed; throws when the connection is lost, or does not answer in the time that it was opened with. */
  async #beat(client: Client): Promise<void> {
    client.on('end', () => {
      // At once, not at the next heartbeat. Of an earlier connection it says nothing.
      if (client !== this.#client) return;
      this.#provenAt = Number.NEGATIVE_INFINITY;
      this.#wake();
    });
    while (!this.#isClosed) {
      const sentAt = performance.now();
      await heartbeat(client);
      this.#provenAt = sentAt;
      this.#retryMs = firstRetryMs;
      if (this.#isReported) this.#deps.logger.info('Changes by other replicas are heard again.');
      this.#isReported = false;
      if (this.#provenAt >= this.#provenFrom) await this.#pause(beatEveryMs);
    }
  }

  #report(error: unknown): void {
    if (this.#isReported) return;
    this.#isReported = true;
    const message =
      'Changes by other replicas cannot be heard, so every read asks the database until they can. ' +
      'Check that metadata.listenUrl (metadata.url without it) reaches the database itself.';
    this.#deps.logger.warn(message, { error });
  }

  async #leave(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (client !== undefined) await hangUp(client);
  }

  /** Until the time is over or `#wake` is called. */
  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
