import { StorageError } from './ports/blob-store.ts';
import type { Logger } from './ports/logger.ts';

/** How patient a `Reachability` is, in milliseconds. */
export interface Patience {
  /** Requests without any answer for that long are a reason to look. */
  readonly quietMs: number;
  /** What does not answer a look for that long is away. */
  readonly lookMs: number;
  /** How long to wait before the next look at what is away; that one may take twice as long as the first. */
  readonly againMs: number;
}

/** What a `Reachability` looks after, and how. */
export interface ReachabilityOptions {
  /** As the beginning of a sentence names it. */
  readonly what: string;
  /** Resolves when it answers and can be used; stops with the signal. */
  readonly look: (signal: AbortSignal) => Promise<void>;
  /** Whether an error came from the other side, rather than from the way to it or from somebody about to leave. */
  readonly isAnswer: (error: unknown) => boolean;
  /** Connections that are left are of no use any more. */
  readonly onAway: () => void;
  readonly logger: Logger;
  readonly patience: Patience;
}

interface Asked {
  readonly since: number;
  /** undefined: it has to end by itself. */
  readonly fail: ((error: StorageError) => void) | undefined;
}

/**
 * Knows whether a service answers, so that nobody waits for one that does not. A broken connection, or silence while requests wait, is
 * a reason to look; when the look fails too, whatever waits fails at once as `unreachable`, and so does whatever comes, until a
 * look succeeds. Nobody has to come for that. A service that is slow with one request and answers a look is not away.
 */
export class Reachability {
  readonly #options: ReachabilityOptions;
  readonly #asked = new Set<Asked>();
  #answeredAt = 0;
  #listening: NodeJS.Timeout | undefined;
  /** The look under way: its first answer. Those who come after a broken connection wait for it. */
  #firstLook: Promise<void> | undefined;
  #isLooking = false;
  #away: { readonly error: StorageError; readonly since: number } | undefined;
  #next: { readonly timer: NodeJS.Timeout; readonly go: () => void } | undefined;
  #isClosed = false;

  constructor(options: ReachabilityOptions) {
    this.#options = options;
  }

  /** Whether whatever is asked now is refused, since nobody answers. */
  get isAway(): boolean {
    return this.#away !== undefined;
  }

  /** Asks the service something. Rejects as `work` does, or as `unreachable`, whichever is first. */
  async ask<T>(work: () => Promise<T>): Promise<T> {
    await this.untilLooked();
    return new Promise<T>((resolve, reject) => {
      this.#await(work, reject).then(resolve, reject);
    });
  }

  /** The same for what must not go on unwatched: once begun, it alone says how it ends. */
  async begin<T>(work: () => Promise<T>): Promise<T> {
    await this.untilLooked();
    return this.#await(work, undefined);
  }

  /** Asks nothing: throws at once while it is away, and waits for what a look finds after a connection broke. */
  async untilLooked(): Promise<void> {
    if (this.#firstLook !== undefined) await this.#firstLook;
    if (this.#away !== undefined) throw this.#away.error;
  }

  /** Judges how something ended that nobody waited for here. */
  noteFailure(error: unknown): void {
    if (this.#options.isAnswer(error)) this.#answeredAt = performance.now();
    else this.suspect(error);
  }

  /** Says that a connection broke; a look follows, and whoever asks meanwhile waits for what it finds. */
  suspect(cause: unknown): void {
    if (this.#isLooking || this.#isClosed) return;
    const first = Promise.withResolvers<void>();
    this.#firstLook = first.promise;
    void this.#look(cause, false, () => {
      this.#firstLook = undefined;
      first.resolve();
    });
  }

  async #await<T>(work: () => Promise<T>, fail: Asked['fail']): Promise<T> {
    const asked: Asked = { since: performance.now(), fail };
    this.#asked.add(asked);
    this.#listening ??= this.#listenFor(this.#options.patience.quietMs);
    try {
      const answer = await work();
      this.#answeredAt = performance.now();
      return answer;
    } catch (error) {
      this.noteFailure(error);
      throw error;
    } finally {
      this.#asked.delete(asked);
    }
  }

  /** Looks no more. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#listening);
    clearTimeout(this.#next?.timer);
    this.#next?.go();
  }

  #listenFor(ms: number): NodeJS.Timeout {
    // Answers that came while this process itself stood still are read before anybody is suspected.
    return setTimeout(() => setImmediate(() => this.#listen()), ms);
  }

  #listen(): void {
    this.#listening = undefined;
    const [oldest] = this.#asked;
    if (oldest === undefined || this.#isClosed) return;
    const { quietMs } = this.#options.patience;
    const quiet = performance.now() - Math.max(oldest.since, this.#answeredAt);
    const isSuspicious = quiet >= quietMs;
    if (isSuspicious && !this.#isLooking) void this.#look(undefined, true, () => undefined);
    this.#listening = this.#listenFor(isSuspicious ? quietMs : quietMs - quiet);
  }

  /** Looks until it is there. `first` is called after the first look, which others do not make superfluous. */
  async #look(cause: unknown, isForSilence: boolean, first: () => void): Promise<void> {
    this.#isLooking = true;
    const { lookMs, againMs } = this.#options.patience;
    const startedAt = performance.now();
    for (let limitMs = lookMs; !this.#isClosed; limitMs = 2 * lookMs) {
      const failure = await this.#lookOnce(limitMs);
      if (this.#isClosed) break;
      const isHeard = isForSilence && this.#away === undefined && this.#answeredAt > startedAt;
      if (failure === undefined || isHeard) {
        this.#isBack();
        break;
      }
      if (this.#away === undefined) this.#isAway(failure, cause);
      first();
      await this.#pause(againMs);
    }
    this.#isLooking = false;
    first();
  }

  async #lookOnce(limitMs: number): Promise<Error | undefined> {
    const late = new AbortController();
    const { promise: tooLate, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      reject(new Error(`no answer within ${limitMs} ms`));
      late.abort();
    }, limitMs);
    try {
      await Promise.race([this.#options.look(late.signal), tooLate]);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    } finally {
      clearTimeout(timer);
    }
  }

  #isBack(): void {
    this.#answeredAt = performance.now();
    if (this.#away === undefined) return;
    const seconds = Math.round((performance.now() - this.#away.since) / 100) / 10;
    this.#away = undefined;
    this.#options.logger.info(`${this.#options.what} is back.`, { awaySeconds: seconds });
  }

  #isAway(failure: Error, cause: unknown): void {
    const { what, logger, onAway } = this.#options;
    const error = new StorageError('unreachable', `${what} cannot be reached: ${failure.message}`, { cause: failure });
    this.#away = { error, since: performance.now() };
    logger.error(`${what} cannot be reached. What needs it is refused at once until it is back.`, { error: failure, cause });
    const waiting = [...this.#asked];
    this.#asked.clear();
    for (const { fail } of waiting) fail?.(error);
    onAway();
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((go) => {
      this.#next = { timer: setTimeout(go, ms), go };
    });
  }
}
