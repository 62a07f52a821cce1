import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const nonceLength = 12;
const tagLength = 16;
const prefix = 'v1.';

/**
 * Encrypts a secret for storage (AES-256-GCM under a key of 32 bytes). It can be opened only as `purpose`, so that
 * nobody with access to the database can put one secret in another's place.
 */
export function seal(key: Uint8Array, purpose: string, secret: Uint8Array): string {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength }).setAAD(Buffer.from(purpose));
  const sealed = Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
  return prefix + sealed.toString('base64url');
}

/** Opens what `seal` made. Throws when the key or purpose is another one, or a bit has changed. */
export function unseal(key: Uint8Array, purpose: string, text: string): Uint8Array {
  const bytes = Buffer.from(text.slice(prefix.length), 'base64url');
  if (!text.startsWith(prefix) || bytes.length < nonceLength + tagLength) throw new TypeError('this is not a sealed secret');
  const nonce = bytes.subarray(0, nonceLength);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength }).setAAD(Buffer.from(purpose));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagLength));
  return Buffer.concat([decipher.update(bytes.subarray(nonceLength, bytes.length - tagLength)), decipher.final()]);
}
