import type { KeyObject } from 'node:crypto';
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { SigningKey } from '../registry/ports/account-store.ts';
import type { Millis } from '../registry/ports/content-store.ts';
import { seal, unseal } from './sealed-secret.ts';

/** A stored signing key, opened. */
export interface OpenedKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly createdAt: Millis;
  readonly retiresAt: Millis;
  readonly expiresAt: Millis;
}

/** A new Ed25519 key (RFC 8037) as it is stored, the private part sealed. Its id is its JWK thumbprint (RFC 7638). */
export function newSigningKey(sealingKey: Uint8Array, times: Pick<SigningKey, 'createdAt' | 'retiresAt' | 'expiresAt'>): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const id = thumbprint(publicKey);
  const sealedPrivateKey = seal(sealingKey, purposeOf(id), privateKey.export({ format: 'der', type: 'pkcs8' }));
  return { id, algorithm: 'EdDSA', publicKey: JSON.stringify(publicJwk(id, publicKey)), sealedPrivateKey, ...times };
}

/**
 * Opens a stored key. The public part is taken from the sealed private one, so that a public key which somebody wrote
 * into the database proves nothing. Throws when it was sealed under another key or its id is not its own.
 */
export function openSigningKey(sealingKey: Uint8Array, key: SigningKey): OpenedKey {
  const pkcs8 = Buffer.from(unseal(sealingKey, purposeOf(key.id), key.sealedPrivateKey));
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  if (publicKey.asymmetricKeyType !== 'ed25519' || thumbprint(publicKey) !== key.id) throw new TypeError(`${key.id} is not this key's id`);
  const { id, createdAt, retiresAt, expiresAt } = key;
  return { id, privateKey, publicKey, createdAt, retiresAt, expiresAt };
}

/** The public key as a JWK set lists it. */
export function publicJwk(id: string, publicKey: KeyObject): Readonly<Record<string, unknown>> {
  const { kty, crv, x } = publicKey.export({ format: 'jwk' });
  return { kty, crv, x, kid: id, alg: 'EdDSA', use: 'sig' };
}

function purposeOf(id: string): string {
  return `signing key ${id}`;
}

/** RFC 7638 section 3: the hash of the required members in alphabetical order. */
function thumbprint(publicKey: KeyObject): string {
  const { crv, kty, x } = publicKey.export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');
}
