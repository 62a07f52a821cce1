import { createHash, hash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** About half a millisecond's worth: other requests wait no longer than that. */
const bytesAtOnce = 1024 * 1024;

/** The SHA-256 of these bytes in hexadecimal; the event loop goes on between pieces of a long one. */
export async function hashInTurns(bytes: Uint8Array): Promise<string> {
  if (bytes.length <= bytesAtOnce) return hash('sha256', bytes);
  const running = createHash('sha256');
  for (let start = 0; start < bytes.length; start += bytesAtOnce) {
    running.update(bytes.subarray(start, start + bytesAtOnce));
    await nextTurn();
  }
  return running.digest('hex');
}
