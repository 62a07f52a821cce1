import type { Surroundings } from '../command.ts';
import { Interrupted } from './process-terminal.ts';

/** How long a command has after Ctrl-C to take back what it has half done, in milliseconds. A second Ctrl-C ends it at once. */
const graceMs = 2000;

/**
 * Runs something that Ctrl-C ends: its requests are broken off, it cleans up behind itself, and this rejects with Interrupted. Requests that
 * begin after Ctrl-C are of the cleaning.
 */
export async function interruptible<T>(run: (surroundings: Surroundings) => Promise<T>, surroundings: Surroundings): Promise<T> {
  const { terminal, fetch } = surroundings;
  const signal = terminal.interruption();
  const interruptedFetch: typeof fetch = (input, init) =>
    fetch(input, signal.aborted ? init : { ...init, signal: init?.signal ? AbortSignal.any([init.signal, signal]) : signal });
  const running = run({ ...surroundings, fetch: interruptedFetch });
  try {
    return await Promise.race([running, afterGrace(signal)]);
  } catch (error) {
    // What a request that is broken off says is no failure of its own.
    throw signal.aborted ? new Interrupted('interrupted') : error;
  }
}

function afterGrace(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => void setTimeout(reject, graceMs, new Interrupted('interrupted')), { once: true });
  });
}
