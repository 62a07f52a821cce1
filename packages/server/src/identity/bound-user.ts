import type { JWTPayload } from 'jose';
import type { AccountStore, User } from '../registry/ports/account-store.ts';
import type { Principal } from '../registry/ports/authorizer.ts';

/** The user that a token was given to: bound to the id and the version, never to a name that somebody may take again. */
export interface BoundUser {
  readonly id: number;
  readonly version: number;
}

/**
 * The claims that bind a token to its subject: `anonymous`, or a user's id and `ver`, the version that was proved (not
 * the one of now: a password that was changed in between must not be good for a token). Throws without a proof.
 */
export function subjectClaims({ subject, proof }: Principal): { subject: string; claims: JWTPayload } {
  if (subject.kind === 'anonymous') return { subject: 'anonymous', claims: {} };
  if (proof === undefined || subject.kind !== 'user') throw new TypeError('a token needs a principal whose version was proved');
  return { subject: `user:${subject.id}`, claims: { ver: proof.userVersion } };
}

/** Reads `sub` and `ver` back; undefined when they are not of the form that tokens of users have. */
export function boundUserOf({ sub, ver }: { sub: string; ver?: unknown }): BoundUser | undefined {
  const id = Number(/^user:([1-9][0-9]{0,15})$/.exec(sub)?.[1]);
  return Number.isSafeInteger(id) && typeof ver === 'number' && Number.isSafeInteger(ver) ? { id, version: ver } : undefined;
}

/** The user's row as it is now; undefined when they were deleted, disabled, or changed since the token was issued. */
export async function findBoundUser(accounts: AccountStore, bound: BoundUser): Promise<User | undefined> {
  const user = await accounts.findUser({ id: bound.id });
  return user === undefined || user.disabled || user.version !== bound.version ? undefined : user;
}
