import { createHmac } from 'node:crypto';

/** How far the bytes of a key are written in base64 instead of plainly. */
const encodedPrefix = 'whsec_';

/**
 * The headers by which a receiver knows that a request comes from here, is whole and is recent, by the Standard Webhooks specification
 * (HMAC-SHA256 over id, timestamp and body). While a key is being replaced there is a signature by each.
 */
export function signedHeaders(
  { id, atSeconds, body }: { id: string; atSeconds: number; body: Uint8Array },
  secrets: readonly string[],
): Record<string, string> {
  const signatures = secrets.map((secret) => {
    const mac = createHmac('sha256', keyOf(secret)).update(`${id}.${atSeconds}.`).update(body);
    return `v1,${mac.digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(atSeconds),
    ...(signatures.length === 0 ? {} : { 'webhook-signature': signatures.join(' ') }),
  };
}

/** Whether a secret that claims to be in base64 is, and is long enough. */
export function isKey(secret: string): boolean {
  if (!secret.startsWith(encodedPrefix)) return true;
  const text = secret.slice(encodedPrefix.length);
  const key = Buffer.from(text, 'base64');
  return key.byteLength >= 24 && key.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '');
}

/** The key that a secret stands for: the bytes behind `whsec_` in base64, otherwise its text in UTF-8. */
function keyOf(secret: string): Uint8Array {
  return secret.startsWith(encodedPrefix) ? Buffer.from(secret.slice(encodedPrefix.length), 'base64') : Buffer.from(secret);
}
