/** Settles as the promise does, or rejects with the signal's reason when that is aborted first. */
export async function untilSettledOrAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return promise;
  let abort: (() => void) | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      abort = () => reject(signal.reason);
      signal.addEventListener('abort', abort);
      promise.then(resolve, reject);
      if (signal.aborted) abort();
    });
  } finally {
    if (abort !== undefined) signal.removeEventListener('abort', abort);
  }
}
