import { setImmediate as nextTurn } from 'node:timers/promises';
import { armFailpoint } from '../../registry/failpoints.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { openWriter } from './connection.ts';
import { commitTogether, type Writer } from './group-commit.ts';
import { hostNow } from './host-clock.ts';
import { toStorageError } from './sqlite-errors.ts';
import { migrateSqlite } from './sqlite-schema.ts';
import { SqliteSession } from './sqlite-session.ts';
import { toFailure } from './writer-failures.ts';
import type { Answer, FromWriter, TimedCall, WriterOptions } from './writer-messages.ts';

/** Who sends calls and gets their answers. */
export interface WriterPeer {
  tell(message: FromWriter): void;
}

interface Waiting {
  readonly peer: WriterPeer;
  readonly call: TimedCall;
}

/** More than this in one transaction would make the first of them wait longer than an fsync costs. */
const largestGroup = 64;

/** The one place that writes to the database, in whatever thread or process it runs: commits what all its peers sent together. */
export class WriterLoop {
  readonly #writer: Writer;
  readonly #waiting: Waiting[] = [];
  #working: Promise<void> | undefined;

  private constructor(writer: Writer) {
    this.#writer = writer;
  }

  /**
   * Opens the database and brings its schema up to date; calls `onMigration` when that may take long. Throws a `StorageError` when it
   * cannot be used.
   */
  static async open({ path, durability, failpoint }: WriterOptions, onMigration?: () => void): Promise<WriterLoop> {
    if (failpoint !== undefined) armFailpoint(failpoint);
    try {
      const db = openWriter(path, durability);
      await migrateSqlite(db, path, onMigration);
      return new WriterLoop({ db, path, durability, session: new SqliteSession(db, path) });
    } catch (error) {
      throw toStorageError(error, path);
    }
  }

  /** Takes calls; the peer is told their answers when they are committed. */
  take(peer: WriterPeer, calls: readonly TimedCall[]): void {
    for (const call of calls) this.#waiting.push({ peer, call });
    if (this.#working !== undefined) return;
    // In the next turn, so that everything that has already arrived is in the group. A rejection is a defect: it ends the writer.
    this.#working = new Promise((resolve, reject) => setImmediate(() => this.#work().then(resolve, reject)));
  }

  /** Resolves when nothing waits for its answer. */
  async idle(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  /** Finishes what was taken, then lets go of the database. */
  async close(): Promise<void> {
    await this.idle();
    if (this.#writer.db.isOpen) this.#writer.db.close();
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#commit(this.#waiting.splice(0, largestGroup).filter((waiting) => !this.#isTooLate(waiting)));
      // However much waits, whoever asks whether this loop turns gets an answer between two transactions.
      if (this.#waiting.length > 0) await nextTurn();
    }
    this.#working = undefined;
  }

  /** Its client has given up on it, perhaps done it again since then: what comes now must not undo what came after. */
  #isTooLate({ peer, call: { id, until } }: Waiting): boolean {
    if (hostNow() <= until) return false;
    peer.tell([{ id, ...toFailure(new StorageError('stalled', 'The writer of the metadata came to it too late')) }]);
    return true;
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    if (group.length === 0) return;
    const startedAt = performance.now();
    const answers = await commitTogether(
      this.#writer,
      group.map(({ call }) => call),
    );
    const seconds = (performance.now() - startedAt) / 1000;
    const byPeer = new Map<WriterPeer, Answer[]>();
    for (const [index, answer] of answers.entries()) {
      const peer = group[index]?.peer;
      if (peer === undefined) continue;
      const own = byPeer.get(peer) ?? [];
      own.push(index === 0 ? { ...answer, group: { calls: group.length, seconds } } : answer);
      byPeer.set(peer, own);
    }
    for (const [peer, own] of byPeer) peer.tell(own);
  }
}
