import { codeOf, stepAt } from '../../packages/server/src/identity/second-factor/totp.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The code that an app shows for a secret in base32, `later` steps of 30 seconds from now. */
export function codeOfApp(secret: string, later = 0): string {
  const bits = [...secret].map((character) => alphabet.indexOf(character).toString(2).padStart(5, '0')).join('');
  const bytes = (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
  return codeOf(Uint8Array.from(bytes), stepAt(Date.now()) + later);
}
