import type { JWTPayload } from 'jose';
// By their own paths: the package's index loads four times as much.
import { decodeProtectedHeader } from 'jose/decode/protected_header';
import { JOSEError, JWTExpired } from 'jose/errors';
import { SignJWT } from 'jose/jwt/sign';
import { jwtVerify } from 'jose/jwt/verify';
import type { Refusal } from '../registry/ports/authenticator.ts';
import type { Millis } from '../registry/ports/content-store.ts';
import { RegistryError } from '../registry/registry-error.ts';
import type { SigningKeys } from './signing-keys.ts';

/** How far clocks of replicas may be apart, since each must take what another has just signed. */
export const mostSkewSeconds = 5 * 60;

/** Longer text is refused unread. */
const maxTokenLength = 8192;

/** What kind of token is meant; every kind has a `typ` and an audience of its own, and is good nowhere else. */
export interface TokenKind {
  readonly type: 'longshore-registry+jwt' | 'longshore-refresh+jwt';
  readonly issuer: string;
  readonly audience: string;
  /** For how long after its end one is good: where whoever signed it has another clock, which may be behind. */
  readonly lateSeconds: number;
}

/** The claims of a token whose signature, kind and times were checked. */
export type SignedClaims = JWTPayload & { readonly sub: string; readonly iat: number; readonly nbf: number; readonly exp: number };

/**
 * Signs a token (JWS compact, EdDSA) that is good from `at` for `lifetimeSeconds`. Rejects with a `RegistryError` (400) when it would be longer
 * than what is taken: one of a cluster goes along, and may be long.
 */
export async function signToken(
  keys: SigningKeys,
  kind: TokenKind,
  token: {
    readonly subject: string;
    readonly claims: JWTPayload;
    readonly id: string;
    readonly at: Millis;
    readonly lifetimeSeconds: number;
  },
): Promise<string> {
  const { id, privateKey } = await keys.signingKey();
  const issuedAt = Math.floor(token.at / 1000);
  const signed = await new SignJWT(token.claims)
    .setProtectedHeader({ alg: 'EdDSA', typ: kind.type, kid: id })
    .setIssuer(kind.issuer)
    .setSubject(token.subject)
    .setAudience(kind.audience)
    .setIssuedAt(issuedAt)
    .setNotBefore(issuedAt)
    .setExpirationTime(issuedAt + token.lifetimeSeconds)
    .setJti(token.id)
    .sign(privateKey);
  if (signed.length <= maxTokenLength) return signed;
  throw new RegistryError('UNSUPPORTED', {
    status: 400,
    message: `A token for all of this would have ${signed.length} characters, and at most ${maxTokenLength} are taken: ask for fewer repositories at once, or log in with a shorter token.`,
  });
}

/**
 * The claims of a token of this kind. The key is found among our own by `kid` alone: a header with anything besides
 * alg, typ and kid (jwk, jku, x5u, x5c, crit ...) is refused. Every registered claim must be there and be right.
 */
export async function verifyToken(
  keys: SigningKeys,
  kind: TokenKind,
  text: string,
  now: Millis,
): Promise<{ readonly claims: SignedClaims } | Refusal> {
  const kid = keyIdOf(text, kind);
  const key = kid === undefined ? undefined : await keys.verificationKey(kid);
  if (key === undefined) return tokenInvalid;
  try {
    const { payload } = await jwtVerify(text, key, {
      algorithms: ['EdDSA'],
      typ: kind.type,
      issuer: kind.issuer,
      audience: kind.audience,
      requiredClaims: ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'],
      clockTolerance: mostSkewSeconds,
      currentDate: new Date(now),
    });
    const claims = requireClaims(payload, kind, now);
    if (claims === undefined) return tokenInvalid;
    return isExpired(claims, kind, now) ? tokenExpired : { claims };
  } catch (error) {
    // Thrown after the signature was found good: nobody learns anything about tokens that we did not sign.
    if (error instanceof JWTExpired) return tokenExpired;
    if (error instanceof JOSEError) return tokenInvalid;
    throw error;
  }
}

/** Whether the times still hold; for claims that were verified before. */
export function isExpired(claims: SignedClaims, { lateSeconds }: TokenKind, now: Millis): boolean {
  return now / 1000 >= claims.exp + lateSeconds;
}

/** The `kid` of a header that holds exactly alg, typ and kid, as we write them; nothing of it is proved yet. */
function keyIdOf(text: string, kind: TokenKind): string | undefined {
  if (text.length > maxTokenLength) return undefined;
  try {
    const { alg, typ, kid, ...others } = decodeProtectedHeader(text);
    const ours = alg === 'EdDSA' && typ === kind.type && Object.keys(others).length === 0;
    return ours && typeof kid === 'string' ? kid : undefined;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** What the library leaves open: one audience, an issue time that is not ahead, times in order, ids that are text. */
function requireClaims(payload: JWTPayload, kind: TokenKind, now: Millis): SignedClaims | undefined {
  const { aud, sub, jti, iat, nbf, exp } = payload;
  if (aud !== kind.audience || typeof sub !== 'string' || typeof jti !== 'string' || jti === '') return undefined;
  if (typeof iat !== 'number' || typeof nbf !== 'number' || typeof exp !== 'number') return undefined;
  if (iat > now / 1000 + mostSkewSeconds || exp <= iat || exp <= nbf) return undefined;
  return { ...payload, sub, iat, nbf, exp };
}

/** The one answer to everything that is not a good token. */
export const tokenInvalid: Refusal = { kind: 'refused', reason: 'token-invalid' };

/** A token that was good. */
const tokenExpired: Refusal = { kind: 'refused', reason: 'token-expired' };
