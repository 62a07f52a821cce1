import { hash, randomBytes } from 'node:crypto';

/** Secrets of 256 random bits behind a prefix, which people and scanners recognize; stored as SHA-256 alone. */
interface SecretForm {
  /** A new secret, with the hash that is all that a store gets. */
  create(): { readonly text: string; readonly hash: Uint8Array };
  /**
   * The hash to look a secret up by (SHA-256 of the 43 characters behind the prefix), undefined when `text` has not the form of one.
   * Looking up by hash leaks nothing by its timing that helps to guess: nobody can aim at a hash's prefix.
   */
  hashOf(text: string): Uint8Array | undefined;
}

/** The secrets that begin with `prefix`, letters only, and an underscore. */
function secretForm(prefix: string): SecretForm {
  const pattern = new RegExp(`^${prefix}_([A-Za-z0-9_-]{43})$`);
  return {
    create: () => {
      const secret = randomBytes(32).toString('base64url');
      return { text: `${prefix}_${secret}`, hash: hashOf(secret) };
    },
    hashOf: (text) => {
      const secret = pattern.exec(text)?.[1];
      return secret === undefined ? undefined : hashOf(secret);
    },
  };
}

/** Personal access tokens, `lsp_` and 256 random bits. */
export const accessTokens = secretForm('lsp');

/** What robots log in with, `lsr_` and 256 random bits. */
export const robotSecrets = secretForm('lsr');

/** What the cookie of a session holds, `lss_` and 256 random bits. */
export const sessionSecrets = secretForm('lss');

/** What a device asks for its token with, `lsd_` and 256 random bits. */
export const deviceCodes = secretForm('lsd');

function hashOf(secret: string): Uint8Array {
  return new Uint8Array(hash('sha256', secret, 'buffer'));
}
