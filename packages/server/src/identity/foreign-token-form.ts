/** Longer text is not looked at as a token. */
const maxTokenLength = 16 * 1024;
const maxIssuerLength = 1024;

/**
 * The `iss` of a text that has the form of a signed JWT (RFC 7519, JWS compact), which nothing is proved of; undefined when it has
 * another form, more than 16 KiB, or no issuer of 1 to 1,024 characters.
 */
export function issuerIn(text: string): string | undefined {
  if (text.length > maxTokenLength) return undefined;
  const [, header, payload] = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+$/.exec(text) ?? [];
  if (header === undefined || payload === undefined || typeof objectIn(header)?.['alg'] !== 'string') return undefined;
  const iss = objectIn(payload)?.['iss'];
  return typeof iss === 'string' && iss !== '' && iss.length <= maxIssuerLength ? iss : undefined;
}

function objectIn(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
