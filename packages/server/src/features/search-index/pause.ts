/** Resolves after so many milliseconds, or when the signal says to stop; leaves nothing at the signal, which lasts as long as the process. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = (): void => resolve();
  const timer = setTimeout(resolve, signal.aborted ? 0 : ms);
  signal.addEventListener('abort', stop);
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  });
}
