import type { SecretBox } from '../registry/ports/secret-box.ts';
import { deriveKey } from './derived-key.ts';
import { seal, unseal } from './sealed-secret.ts';

/** A box for one use, under a key derived from the installation's secret key. */
export function createSecretBox(secretKey: Uint8Array, use: string): SecretBox {
  const key = deriveKey(secretKey, use);
  return {
    seal: (purpose, secret) => seal(key, purpose, Buffer.from(secret)),
    open: (purpose, sealed) => Buffer.from(unseal(key, purpose, sealed)).toString(),
  };
}
