/** Thrown instead of waiting in a line that is full, or too long. */
export class QueueFull extends Error {}

interface Waiting {
  readonly start: () => void;
  readonly giveUp: NodeJS.Timeout;
}

interface TurnQueueOptions {
  readonly atOnce: number;
  readonly mostWaiting: number;
  /** In one line. */
  readonly mostOfOne: number;
  readonly waitMs: number;
}

/**
 * Lets so many run at once. Others wait for a bounded time in lines of bounded length: each has one of its own, first come, first served, and the
 * lines take turns, so that whoever wants much waits for itself alone.
 */
export class TurnQueue {
  readonly #options: TurnQueueOptions;
  /** By who waits; the one whose turn is next comes first. No line is empty. */
  readonly #lines = new Map<string, Set<Waiting>>();
  #waiting = 0;
  #running = 0;

  constructor(options: TurnQueueOptions) {
    this.#options = options;
  }

  /** Runs the work in the turn of `who`. Rejects with `QueueFull` when there is no room to wait, or the turn did not come in time. */
  async run<T>(who: string, work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#options.atOnce) await this.#turn(who);
    else this.#running += 1;
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  #turn(who: string): Promise<void> {
    const { mostWaiting, mostOfOne, waitMs } = this.#options;
    const line = this.#lines.get(who) ?? new Set();
    if (this.#waiting >= mostWaiting || line.size >= mostOfOne) throw new QueueFull('too many wait already');
    return new Promise((resolve, reject) => {
      const giveUp = setTimeout(() => {
        this.#leave(who, line, waiting);
        reject(new QueueFull(`waited ${waitMs} ms for a turn`));
      }, waitMs);
      const waiting: Waiting = { start: resolve, giveUp };
      line.add(waiting);
      this.#lines.set(who, line);
      this.#waiting += 1;
    });
  }

  #leave(who: string, line: Set<Waiting>, waiting: Waiting): void {
    clearTimeout(waiting.giveUp);
    line.delete(waiting);
    this.#waiting -= 1;
    if (line.size === 0) this.#lines.delete(who);
  }

  /** The turn of whoever ended is the next one's: the count stays. */
  #next(): void {
    const [next] = this.#lines;
    if (next === undefined) {
      this.#running -= 1;
      return;
    }
    const [who, line] = next;
    const [first] = line;
    // Whoever has more to do comes again after all others.
    this.#lines.delete(who);
    this.#lines.set(who, line);
    if (first === undefined) throw new RangeError('no line is empty');
    this.#leave(who, line, first);
    first.start();
  }
}
