import type { Millis } from '../../registry/ports/content-store.ts';
import type { ForeignClaims } from '../../registry/ports/foreign-tokens.ts';
import { isNumericDate } from '../numeric-date.ts';
import { fieldOf, textsOf } from './json-shape.ts';

/** What a token says of itself. Nothing of it is proved until the cluster was asked. */
export interface TokenPayload {
  readonly claims: ForeignClaims;
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly expiresAt: Millis;
}

/** Reads a signed JWT (RFC 7519, JWS compact); undefined when it is none, or does not say who issued it, for whom, and when it ends. */
export function payloadOf(token: string): TokenPayload | undefined {
  const [, part] = /^[A-Za-z0-9_-]+\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+$/.exec(token) ?? [];
  const claims = part === undefined ? undefined : parse(part);
  const [issuer, audience, end] = ['iss', 'aud', 'exp'].map((name) => fieldOf(claims, name));
  const audiences = typeof audience === 'string' ? [audience] : textsOf(audience);
  if (typeof issuer !== 'string' || audiences === undefined || !isNumericDate(end)) return undefined;
  return { claims: claims as ForeignClaims, issuer, audiences, expiresAt: Math.floor(end * 1000) };
}

function parse(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
