import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '../registry/ports/logger.ts';
import { retryDelayMs } from './retry-delay.ts';

/** Work that is looked for again and again until it is stopped. */
export interface Polling {
  /** Says that there is work now, so that it need not wait for the next look. */
  wake(): void;
  /** Begins no further turn, and resolves when the one under way has ended. Idempotent. */
  stop(): Promise<void>;
}

/** What is done, and how often. */
export interface PollingTerms {
  /** Does what there is, and answers whether there may be more. What it throws is a failure of the store. */
  readonly turn: () => Promise<boolean>;
  /** How long to wait when there is nothing more. */
  readonly pollMs: number;
  readonly logger: Logger;
  /** What the log says of a failure, once for each kind in a row. */
  readonly failed: string;
  /** What the log says when it is over. */
  readonly recovered: string;
}

/** Asking a store that is away costs nothing, and work is not to wait for long when it is back. */
const longestRestMs = 5_000;

/** Starts taking turns, one after the other. Nothing that a turn throws leaves it; a store that is away is asked more and more rarely. */
export function startPolling({ turn, pollMs, logger, failed, recovered }: PollingTerms): Polling {
  let isStopping = false;
  let isWoken = false;
  let endPause: (() => void) | undefined;
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function run(): Promise<void> {
    let failures = 0;
    let said: string | undefined;
    while (!isStopping) {
      isWoken = false;
      let hasMore = false;
      try {
        hasMore = await turn();
        failures = 0;
        if (said !== undefined) logger.info(recovered);
        said = undefined;
      } catch (error) {
        failures += 1;
        // What lasts is said once.
        const message = error instanceof Error ? error.message : String(error);
        if (said !== message) logger.error(failed, { error });
        said = message;
      }
      if (isStopping) return;
      if (failures > 0) await pause(Math.min(Math.max(pollMs, retryDelayMs(failures)), longestRestMs));
      else if (hasMore || isWoken) await nextTurn();
      else await pause(pollMs);
    }
  }

  const running = run();
  return {
    wake() {
      isWoken = true;
      endPause?.();
    },
    async stop() {
      isStopping = true;
      endPause?.();
      await running;
    },
  };
}
