import type { DialProblem, OutgoingAnswer } from '../../registry/ports/dialer.ts';

/** A delivery that still fails after this is given up. */
export const givenUpAfterMs = 24 * 60 * 60_000;
const firstDelayMs = 10_000;
const longestDelayMs = 60 * 60_000;
const longestRestMs = 60_000;
/** The longest that a receiver may have us wait. */
const longestWaitMs = 60 * 60_000;

/** What came of a request: an answer, or why there is none. */
export type Result = { readonly answer: OutgoingAnswer } | { readonly problem: DialProblem | 'unsent'; readonly message: string };

/** When to try again after `attempts` failures: from ten seconds, twice as long each time up to an hour, less up to half at random. */
export function retryDelayMs(attempts: number, random: () => number = Math.random): number {
  const full = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempts - 1, 20));
  return Math.round(full * (1 - random() / 2));
}

/** For how long a receiver that failed `failures` times in a row is left alone; one event at a time asks whether it is back. */
export function restMs(failures: number, random: () => number = Math.random): number {
  const full = failures === 0 ? 0 : Math.min(longestRestMs, 1000 * 2 ** Math.min(failures - 1, 20));
  return Math.round(full * (1 - random() / 2));
}

/** What a receiver asks for by Retry-After with 429 or 503 (RFC 9110, section 10.2.3), within bounds; undefined when it does not. */
export function askedWaitMs({ status, headers }: OutgoingAnswer, now: number): number | undefined {
  const value = headers['retry-after'];
  if (value === undefined || (status !== 429 && status !== 503)) return undefined;
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), longestWaitMs);
}

/** What a delivery needs: a status of 2xx. */
export function isDelivered(result: Result): boolean {
  return 'answer' in result && result.answer.status >= 200 && result.answer.status < 300;
}
