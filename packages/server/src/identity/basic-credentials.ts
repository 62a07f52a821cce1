import type { Refusal } from '../registry/ports/authenticator.ts';

/** A user name and password as a client sent them; nothing about them is proved. */
export interface BasicCredentials {
  readonly name: string;
  readonly password: string;
}

/** The one answer to a name and password, or a secret, that are not good; why is not told. */
export const wrongCredentials: Refusal = { kind: 'refused', reason: 'credentials' };

const maxEncodedLength = 16 * 1024;
const maxNameLength = 255;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The credentials in what follows `Basic ` in an Authorization header (RFC 7617 section 2, UTF-8). Undefined when it is
 * not canonical base64 of UTF-8 text with a colon, contains control characters, has an empty name, a name of more
 * than 255 or an encoded form of more than 16,384 characters.
 */
export function parseBasicCredentials(encoded: string): BasicCredentials | undefined {
  if (encoded.length > maxEncodedLength) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  // Buffer skips whatever is not base64; only what encodes back to the same text was base64.
  if (bytes.toString('base64') !== encoded) return undefined;
  const text = decodeUtf8(bytes);
  if (text === undefined || /\p{Cc}/u.test(text)) return undefined;
  const colon = text.indexOf(':');
  if (colon < 1 || colon > maxNameLength) return undefined;
  return { name: text.slice(0, colon), password: text.slice(colon + 1) };
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    // The decoder says "not UTF-8" by a TypeError; anything else is not about the input.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
