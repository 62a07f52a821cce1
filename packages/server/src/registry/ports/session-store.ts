import type { User } from './account-store.ts';
import type { Agent } from './agent.ts';
import type { Listed, Millis } from './content-store.ts';

/** Somebody signed in with a browser. The secret in the cookie is known to nobody but the browser. */
export interface Session {
  readonly id: number;
  readonly userId: number;
  /** The user's version when it began: it ends with the next one. */
  readonly userVersion: number;
  /** Through what: `password`, or the name of a provider. */
  readonly provider: string;
  readonly createdAt: Millis;
  /** When they last proved who they are, here or at the provider; 0 when that is not known. */
  readonly provedAt: Millis;
  /** It ends then, however much it is used. */
  readonly expiresAt: Millis;
  /** Not more often than once a minute. */
  readonly lastSeenAt: Millis;
  readonly address: string;
  readonly userAgent: string;
}

/** Sessions of browsers. */
export interface SessionStore {
  /**
   * Begins one, and ends those of the same user beyond the newest 50. `secretHash`: SHA-256, raw bytes. Undefined when the user is gone,
   * disabled, or has another version by now.
   */
  createSession(input: Omit<Session, 'id' | 'lastSeenAt'> & { secretHash: Uint8Array; by: Agent }): Promise<Session | undefined>;
  /** By hash, with its user as he is now; those that are over, too (the caller compares). */
  findSession(secretHash: Uint8Array): Promise<{ session: Session; user: User } | undefined>;
  noteSessionUse(input: { id: number; at: Millis }): Promise<void>;
  /** Of one user, the oldest first. */
  listSessionPage(userId: number, page: { limit: number; after: number | undefined }): Promise<Listed<Session>>;
  endSession(input: { id: number; userId: number; by: Agent; at: Millis }): Promise<boolean>;
  /** Removes up to `limit` sessions and requests of devices that are over; answers how many. `idleSince`: not seen since then. */
  removeEndedSignIns(input: { at: Millis; idleSince: Millis; limit: number }): Promise<number>;
}
