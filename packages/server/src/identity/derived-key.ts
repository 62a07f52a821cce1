import { hkdfSync } from 'node:crypto';

/**
 * 32 bytes for one purpose, derived from the installation's secret key (HKDF, RFC 5869), so that what is learnt of
 * one use says nothing about another.
 */
export function deriveKey(secretKey: Uint8Array, purpose: string): Uint8Array {
  if (secretKey.byteLength !== 32) throw new TypeError('the secret key must have 32 bytes');
  return new Uint8Array(hkdfSync('sha256', secretKey, new Uint8Array(0), `longshore ${purpose}`, 32));
}
