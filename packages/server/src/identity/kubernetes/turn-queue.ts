/** Thrown instead of waiting in a line that is full, or too long. */
export class QueueFull extends Error {}

interface Waiting {
  readonly start: () => void;
  readonly giveUp: NodeJS.Timeout;
}

/** Lets so many run at once; others wait in the order in which they came, in a line of bounded length and for a bounded time. */
export class TurnQueue {
  readonly #atOnce: number;
  readonly #mostWaiting: number;
  readonly #waitMs: number;
  readonly #waiting = new Set<Waiting>();
  #running = 0;

  constructor({ atOnce, mostWaiting, waitMs }: { atOnce: number; mostWaiting: number; waitMs: number }) {
    this.#atOnce = atOnce;
    this.#mostWaiting = mostWaiting;
    this.#waitMs = waitMs;
  }

  /** Runs the work in its turn. Rejects with `QueueFull` when there is no room to wait, or the turn did not come in time. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#atOnce) await this.#turn();
    else this.#running += 1;
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting.size >= this.#mostWaiting) throw new QueueFull('too many wait already');
    return new Promise((resolve, reject) => {
      const giveUp = setTimeout(() => {
        this.#waiting.delete(waiting);
        reject(new QueueFull(`waited ${this.#waitMs} ms for a turn`));
      }, this.#waitMs);
      const waiting: Waiting = { start: resolve, giveUp };
      this.#waiting.add(waiting);
    });
  }

  /** The turn of whoever ended is the next one's: the count stays. */
  #next(): void {
    const [first] = this.#waiting;
    if (first === undefined) {
      this.#running -= 1;
      return;
    }
    this.#waiting.delete(first);
    clearTimeout(first.giveUp);
    first.start();
  }
}
