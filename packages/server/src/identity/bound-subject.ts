import type { JWTPayload } from 'jose';
import type { AccountStore, User } from '../registry/ports/account-store.ts';
import type { Principal } from '../registry/ports/authorizer.ts';
import type { ShownCertificate } from '../registry/ports/shown-certificate.ts';
import type { BoundRobot, BoundTrustingRobot } from './robot-login.ts';

const thumbprintClaim = 'x5t#S256';

/** The user that a token was given to: bound to the id and the version, never to a name that somebody may take again. */
export interface BoundUser {
  readonly kind: 'user';
  readonly id: number;
  readonly version: number;
}

/** Whom a token was given to. */
export type BoundSubject = BoundUser | BoundRobot | BoundTrustingRobot;

/**
 * The claims that bind a token to its subject: `anonymous`; a user's id and `ver`, the version that was proved (not the one of now: a
 * password that was changed in between must not be good for a token); a robot's id and `ver`, its epoch, and `sec`, the id of its
 * secret, or `trt`, the id of the trust, and `end`, when the token that proved it ends (milliseconds); `cnf` (RFC 8705 section 3.1), when
 * it is good only where this certificate is shown. Throws without a proof.
 */
export function subjectClaims({ subject, proof }: Principal): { subject: string; claims: JWTPayload } {
  if (subject.kind === 'anonymous') return { subject: 'anonymous', claims: {} };
  if (subject.kind === 'user' && proof !== undefined && 'userVersion' in proof) {
    return { subject: `user:${subject.id}`, claims: { ver: proof.userVersion, ...confirmation(proof) } };
  }
  if (subject.kind === 'robot' && proof !== undefined && 'robotEpoch' in proof) {
    const by = 'secretId' in proof ? { sec: proof.secretId } : { trt: proof.trustId, end: proof.until, ...confirmation(proof) };
    return { subject: `robot:${subject.id}`, claims: { ver: proof.robotEpoch, ...by } };
  }
  throw new TypeError('a token needs a principal whose version was proved');
}

function confirmation(proof: NonNullable<Principal['proof']>): JWTPayload {
  const thumbprint = 'thumbprint' in proof ? proof.thumbprint : undefined;
  return thumbprint === undefined ? {} : { cnf: { [thumbprintClaim]: thumbprint } };
}

/** Whether a token with this claim `cnf` may be used by whoever shows this certificate. */
export function isConfirmed(cnf: unknown, shown: ShownCertificate | undefined): boolean {
  const wanted = typeof cnf === 'object' && cnf !== null ? (cnf as Record<string, unknown>)[thumbprintClaim] : undefined;
  return shown !== undefined && shown.fault === undefined && shown.thumbprint === wanted;
}

/** Reads the claims back; undefined when they are not of the form that tokens of users and robots have. */
export function boundSubjectOf({ sub, ver, ...by }: { sub: string; [claim: string]: unknown }): BoundSubject | undefined {
  const [, kind, digits] = /^(user|robot):([1-9][0-9]{0,15})$/.exec(sub) ?? [];
  const id = Number(digits);
  if (!Number.isSafeInteger(id) || !isWhole(ver)) return undefined;
  if (kind === 'user') return { kind, id, version: ver };
  const { sec, trt, end } = by;
  if (isWhole(sec)) return { kind: 'robot', id, epoch: ver, secretId: sec };
  return isWhole(trt) && isWhole(end) ? { kind: 'robot', id, epoch: ver, trustId: trt, until: end } : undefined;
}

/** The user's row as it is now; undefined when they were deleted, disabled, or changed since the token was issued. */
export async function findBoundUser(accounts: AccountStore, bound: BoundUser): Promise<User | undefined> {
  const user = await accounts.findUser({ id: bound.id });
  return user === undefined || user.disabled || user.version !== bound.version ? undefined : user;
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}
