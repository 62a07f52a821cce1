import { randomFillSync } from 'node:crypto';

const idBytes = 9;
const pool = Buffer.allocUnsafeSlow(512 * idBytes);
let used = pool.length;

/** A random id of 12 URL-safe characters. Random bytes are fetched for hundreds at a time: fetching them for one costs more than the rest. */
export function nextRequestId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += idBytes;
  return pool.toString('base64url', used - idBytes, used);
}
