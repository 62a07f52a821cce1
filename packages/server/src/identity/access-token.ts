import { createHash, randomBytes } from 'node:crypto';

const pattern = /^lsp_([A-Za-z0-9_-]{43})$/;

/** A new personal access token, `lsp_` and 256 random bits, with the hash that is all the account store gets. */
export function newAccessToken(): { token: string; secretHash: Uint8Array } {
  const secret = randomBytes(32).toString('base64url');
  return { token: `lsp_${secret}`, secretHash: hashSecret(secret) };
}

/**
 * The hash to look an access token up by (SHA-256 of the 43 characters after `lsp_`), undefined when `text` has not the
 * form of one. Looking up by hash leaks nothing by its timing that helps to guess: nobody can aim at a hash's prefix.
 */
export function accessTokenHash(text: string): Uint8Array | undefined {
  const secret = pattern.exec(text)?.[1];
  return secret === undefined ? undefined : hashSecret(secret);
}

function hashSecret(secret: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(secret).digest());
}
