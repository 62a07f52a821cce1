import { isPassing, isThrottling } from './s3-errors.ts';

/** How often and how long a request is tried. */
export interface Patience {
  /** In all, the first included. */
  readonly attempts: number;
  /** How long the service may take for a connection. */
  readonly connectMs: number;
  /** How long the service may be silent. No attempt begins later than this after the first one. */
  readonly silenceMs: number;
}

const firstDelayMs = 100;
/** A service that asks to slow down is asked again later than one that stumbled. */
const firstThrottledDelayMs = 300;
const mostDelayMs = 5000;

/**
 * How long to wait before a request is repeated that failed for the nth time, the first time `elapsedMs` ago; undefined when
 * it is not worth it. Twice as long each time, and half of it by chance, so that those who failed together do not return together.
 */
export function retryDelay(error: unknown, failures: number, elapsedMs: number, patience: Patience): number | undefined {
  if (failures >= patience.attempts || !isPassing(error)) return undefined;
  const first = isThrottling(error) ? firstThrottledDelayMs : firstDelayMs;
  const delay = Math.min(mostDelayMs, first * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
  return elapsedMs + delay > patience.silenceMs ? undefined : delay;
}

/** The SDK has learned the service's time from a refusal; the same request is right now. */
function isClockCorrected(error: unknown): boolean {
  return error instanceof Error && (error as { $metadata?: { clockSkewCorrected?: boolean } }).$metadata?.clockSkewCorrected === true;
}

interface RetryToken {
  getRetryCount(): number;
  getRetryDelay(): number;
}

/** The same for requests of the AWS SDK. */
export class SdkRetryStrategy {
  readonly #patience: Patience;
  readonly #startedAt = new WeakMap<RetryToken, number>();

  constructor(patience: Patience) {
    this.#patience = patience;
  }

  async acquireInitialRetryToken(): Promise<RetryToken> {
    return this.#token(0, 0, performance.now());
  }

  /** Throws when the request is not to be repeated. */
  async refreshRetryTokenForRetry(token: RetryToken, { error }: { error?: unknown }): Promise<RetryToken> {
    const startedAt = this.#startedAt.get(token) ?? performance.now();
    const failures = token.getRetryCount() + 1;
    const delay =
      isClockCorrected(error) && failures === 1 ? 0 : retryDelay(error, failures, performance.now() - startedAt, this.#patience);
    if (delay === undefined) throw error;
    return this.#token(failures, delay, startedAt);
  }

  recordSuccess(): void {}

  #token(failures: number, delay: number, startedAt: number): RetryToken {
    const token = { getRetryCount: () => failures, getRetryDelay: () => delay };
    this.#startedAt.set(token, startedAt);
    return token;
  }
}
