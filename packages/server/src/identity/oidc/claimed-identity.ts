import type { ExternalIdentity } from '../../registry/ports/sign-in.ts';
import type { OidcSettings } from './oidc-settings.ts';

/** Claims by name, of an ID token that was verified or of the answer of the UserInfo endpoint. */
export type Claims = Readonly<Record<string, unknown>>;

/** `sub` is at most 255 characters of ASCII (OpenID Connect Core 1.0, section 2). */
const subject = /^[\x20-\x7e]{1,255}$/;

/** The claim of this name, or else the one at the end of a path of names with dots: `realm_access.roles`. */
export function claimAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name
    .split('.')
    .reduce<unknown>((value, part) => (isClaims(value) && Object.hasOwn(value, part) ? value[part] : undefined), claims);
}

/** Whether the claims name no groups because there are too many, and say where to ask for them (Microsoft Entra ID). */
export function leavesGroupsOut(claims: Claims, { groupsClaim }: Pick<OidcSettings, 'groupsClaim'>): boolean {
  const elsewhere = claims['_claim_names'];
  return isClaims(elsewhere) && Object.hasOwn(elsewhere, groupsClaim);
}

/** Whoever the claims are about; undefined without a `sub` that is one. */
export function claimedIdentity(
  claims: Claims,
  { name, nameClaim, groupsClaim }: Pick<OidcSettings, 'name' | 'nameClaim' | 'groupsClaim'>,
): ExternalIdentity | undefined {
  const { sub, email, email_verified: isVerified } = claims;
  if (typeof sub !== 'string' || !subject.test(sub)) return undefined;
  const called = claimAt(claims, nameClaim);
  return {
    provider: name,
    externalId: sub,
    wantedName: typeof called === 'string' && called !== '' ? called : sub,
    email: typeof email === 'string' && isVerified !== false ? email : undefined,
    groups: [claimAt(claims, groupsClaim)].flat().filter((group) => typeof group === 'string'),
  };
}

function isClaims(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
