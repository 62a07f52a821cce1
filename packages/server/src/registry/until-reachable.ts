import { StorageError } from './ports/blob-store.ts';
import type { Logger } from './ports/logger.ts';

const pauseMs = 500;
const sayEveryMs = 10_000;

/** What is waited for, and how long. */
export interface WaitOptions {
  /** As a sentence names it. */
  readonly what: string;
  /** The setting that says how long, for whoever finds it too short. */
  readonly setting: string;
  readonly limitMs: number;
  readonly logger: Logger;
}

/** Runs `open` again and again while it rejects as `unreachable`, for `limitMs` at most; says that it waits, and that it need not any more. */
export async function untilReachable<T>(open: () => Promise<T>, { what, setting, limitMs, logger }: WaitOptions): Promise<T> {
  const startedAt = performance.now();
  let saidAt: number | undefined;
  for (;;) {
    try {
      const opened = await open();
      if (saidAt !== undefined) logger.info(`${what} is there.`);
      return opened;
    } catch (error) {
      const now = performance.now();
      if (!(error instanceof StorageError) || error.reason !== 'unreachable') throw error;
      if (now - startedAt + pauseMs > limitMs) {
        const advice = limitMs === 0 ? '' : `; waited ${Math.round(limitMs / 1000)} s (${setting})`;
        throw new StorageError('unreachable', `${what} cannot be reached${advice}: ${error.message}`, { cause: error });
      }
      if (saidAt === undefined || now - saidAt >= sayEveryMs) {
        const leftSeconds = Math.round((limitMs - (now - startedAt)) / 1000);
        logger.warn(`${what} cannot be reached yet; waiting for it (${setting}).`, { leftSeconds, error });
        saidAt = now;
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
