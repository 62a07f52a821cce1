import { areBounded } from '../../registry/claims-size.ts';
import type { Refusal } from '../../registry/ports/authenticator.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { ForeignClaims } from '../../registry/ports/foreign-tokens.ts';
import { isNumericDate } from '../numeric-date.ts';

/** How far the issuer's clock and ours may be apart. */
const skewSeconds = 60;
const mostAudiences = 20;

/** Claims that hold. */
interface GoodClaims {
  readonly kind: 'good';
  readonly claims: ForeignClaims;
  /** As `ProvedToken.until`. */
  readonly until: Millis;
}

/**
 * Whether what a signed payload claims holds for us now (RFC 7519 section 4.1): issuer, audience, and times (`exp` and `iat` must be there,
 * `nbf` need not: not every issuer writes it). Says what does not. Claims that are too large do not hold either.
 */
export function checkClaims(
  payload: Uint8Array,
  expected: { readonly name: string; readonly issuer: string; readonly audience: string },
  now: Millis,
): GoodClaims | Refusal {
  const claims: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
  if (!isRecord(claims) || !areBounded(claims)) return invalid('its claims are too many, or too deep');
  const { iss, aud, exp, iat, nbf } = claims;
  if (iss !== expected.issuer) return invalid('its issuer is another one');
  const audiences = Array.isArray(aud) ? aud : [aud];
  if (audiences.length > mostAudiences || !audiences.includes(expected.audience)) {
    const detail = `its audience is ${JSON.stringify(aud ?? null).slice(0, 200)}, and must be ${JSON.stringify(expected.audience)}`;
    return { ...invalid(detail), expects: expected.audience };
  }
  if (!isNumericDate(exp) || !isNumericDate(iat) || (nbf !== undefined && !isNumericDate(nbf)))
    return invalid('it does not say when it was issued or ends');
  const seconds = now / 1000;
  if (seconds >= exp + skewSeconds) {
    return { kind: 'refused', reason: 'token-expired', detail: `a token of the issuer '${expected.name}' has expired` };
  }
  if (iat > seconds + skewSeconds || (nbf ?? iat) > seconds + skewSeconds || exp <= iat) return invalid('it is not good yet');
  return { kind: 'good', claims, until: Math.floor((exp + skewSeconds) * 1000) };
}

function invalid(detail: string): Refusal {
  return { kind: 'refused', reason: 'token-invalid', detail };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
