/** Thrown instead of waiting in a line that is full, or too long. */
export class QueueFull extends Error {}

interface Waiting {
  readonly start: () => void;
  readonly giveUp: NodeJS.Timeout;
}

interface TurnQueueOptions {
  readonly atOnce: number;
  /** Of one who wants much, however few others there are. */
  readonly atOnceOfOne: number;
  readonly mostWaiting: number;
  /** In one line. */
  readonly mostOfOne: number;
  readonly waitMs: number;
}

/**
 * Lets so many run at once, and fewer of each. Others wait for a bounded time in lines of bounded length: each has one of its own, first come, first
 * served, and the lines take turns, so that whoever wants much, or what takes long, waits for itself alone.
 */
export class TurnQueue {
  readonly #options: TurnQueueOptions;
  /** By who waits; the one whose turn is next comes first. No line is empty. */
  readonly #lines = new Map<string, Set<Waiting>>();
  #waiting = 0;
  /** By who runs. */
  readonly #running = new Map<string, number>();
  #allRunning = 0;

  constructor(options: TurnQueueOptions) {
    this.#options = options;
  }

  /** Runs the work in the turn of `who`. Rejects with `QueueFull` when there is no room to wait, or the turn did not come in time. */
  async run<T>(who: string, work: () => Promise<T>): Promise<T> {
    if (this.#mayRun(who)) this.#begin(who);
    else await this.#turn(who);
    try {
      return await work();
    } finally {
      this.#end(who);
    }
  }

  #mayRun(who: string): boolean {
    const { atOnce, atOnceOfOne } = this.#options;
    return this.#allRunning < atOnce && this.#runningOf(who) < atOnceOfOne;
  }

  #runningOf(who: string): number {
    return this.#running.get(who) ?? 0;
  }

  #begin(who: string): void {
    this.#running.set(who, this.#runningOf(who) + 1);
    this.#allRunning += 1;
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

  #end(who: string): void {
    const left = this.#runningOf(who) - 1;
    if (left === 0) this.#running.delete(who);
    else this.#running.set(who, left);
    this.#allRunning -= 1;
    this.#startNext();
  }

  /** At most one may begin for each that ended: all others that waited had no room before. */
  #startNext(): void {
    for (const [who, line] of this.#lines) {
      if (!this.#mayRun(who)) continue;
      const [first] = line;
      if (first === undefined) throw new RangeError('no line is empty');
      // Whoever has more to do comes again after all others.
      this.#lines.delete(who);
      this.#lines.set(who, line);
      this.#leave(who, line, first);
      this.#begin(who);
      first.start();
      return;
    }
  }
}
