import { setTimeout as pause } from 'node:timers/promises';

/** What a registry, or a proxy before it, answers for a while. */
const later: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const mostTries = 6;
const longestWaitMs = 30_000;

/**
 * A fetch that asks again, later and later, for about half a minute: when a registry says that it cannot now, and when the connection
 * breaks to one that has answered before. A body that is a stream is sent once. `firstWaitMs`: before the second try.
 */
export function patientFetch(fetch: typeof globalThis.fetch, signal: AbortSignal, firstWaitMs = 500): typeof globalThis.fetch {
  const answered = new Set<string>();
  return async (input, init) => {
    const { origin } = new URL(input instanceof Request ? input.url : input);
    const isRepeatable = !(init?.body instanceof ReadableStream);
    for (let tries = 1; ; tries += 1) {
      const mayRepeat = isRepeatable && tries < mostTries && !signal.aborted;
      const response = await fetch(input, init).catch((error: unknown) => {
        const isBroken = error instanceof TypeError && error.message === 'fetch failed';
        if (mayRepeat && isBroken && answered.has(origin)) return undefined;
        throw error;
      });
      if (response !== undefined) answered.add(origin);
      if (response !== undefined && !(mayRepeat && later.has(response.status))) return response;
      await response?.body?.cancel();
      await pause(waitMs(response, firstWaitMs * 2 ** (tries - 1)), undefined, { signal });
    }
  };
}

function waitMs(response: Response | undefined, otherwiseMs: number): number {
  const seconds = Number(response?.headers.get('retry-after') ?? Number.NaN);
  return Math.min(longestWaitMs, seconds > 0 ? seconds * 1000 : otherwiseMs);
}
