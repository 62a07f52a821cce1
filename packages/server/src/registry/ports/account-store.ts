import type { Agent } from './agent.ts';
import type { Millis } from './content-store.ts';

export { type Role, roles } from './role.ts';

export interface User {
  /** Never given to another user, not even after this one was deleted: tokens are bound to it. */
  readonly id: number;
  readonly name: string;
  readonly administrator: boolean;
  readonly disabled: boolean;
  /** argon2id in PHC form; undefined for an account without password. */
  readonly passwordHash: string | undefined;
  /** Rises with every change of password or state: what was issued under an older version is no longer good. */
  readonly version: number;
  /** Whether a password alone is not enough. */
  readonly secondFactor: boolean;
}

export interface AccessToken {
  readonly id: number;
  readonly userId: number;
  readonly name: string;
  readonly createdAt: Millis;
  readonly expiresAt: Millis | undefined;
  readonly lastUsedAt: Millis | undefined;
}

export interface SigningKey {
  readonly id: string;
  readonly algorithm: 'EdDSA';
  /** JWK, as published. */
  readonly publicKey: string;
  /** Encrypted with the installation's secret key; opaque here. */
  readonly sealedPrivateKey: string;
  readonly createdAt: Millis;
  /** Signs until then; verifies until `expiresAt`. */
  readonly retiresAt: Millis;
  readonly expiresAt: Millis;
}

/** A change of an account. `by`: who asked for it, for the audit log; undefined: the start of a server, and tests. */
export interface AccountChange {
  readonly by?: Agent | undefined;
  readonly at: Millis;
}

/** Accounts, their secrets (hashed or sealed, never plain), and login delays. */
export interface AccountStore {
  findUser(by: { name: string } | { id: number }): Promise<User | undefined>;
  listUsers(): Promise<User[]>;
  /** undefined when the name is taken. */
  createUser(input: AccountChange & { name: string; passwordHash: string | undefined; administrator: boolean }): Promise<User | undefined>;
  /** Changes what is given and raises `version`. False when there is no such user, or it has another version than `ifVersion`. */
  updateUser(
    input: AccountChange & {
      id: number;
      ifVersion?: number | undefined;
      passwordHash?: string;
      administrator?: boolean;
      disabled?: boolean;
    },
  ): Promise<boolean>;
  /** Removes the user with tokens and roles. */
  deleteUser(input: Partial<AccountChange> & { id: number }): Promise<boolean>;

  /** `secretHash`: SHA-256 of the secret part, raw bytes. */
  createAccessToken(
    input: AccountChange & { userId: number; name: string; secretHash: Uint8Array; expiresAt: Millis | undefined },
  ): Promise<AccessToken>;
  /** By hash, together with its user; expired ones too (the caller compares times). */
  findAccessToken(secretHash: Uint8Array): Promise<{ token: AccessToken; user: User } | undefined>;
  listAccessTokens(userId: number): Promise<AccessToken[]>;
  deleteAccessToken(input: Partial<AccountChange> & { id: number; userId: number }): Promise<boolean>;
  noteAccessTokenUse(input: { id: number; at: Millis }): Promise<void>;

  listSigningKeys(): Promise<SigningKey[]>;
  addSigningKey(key: SigningKey): Promise<void>;
  deleteExpiredSigningKeys(input: { at: Millis }): Promise<void>;

  /** Counts a failed login against `key` (an account or an address) and answers how many there were since `since`. */
  noteLoginFailure(input: { key: string; at: Millis; since: Millis }): Promise<number>;
  countLoginFailures(key: string, since: Millis): Promise<{ count: number; lastAt: Millis }>;
  /**
   * Counts a try as failed before it is looked at, so that of all that are made at once, by whatever process, one is: false, and nothing
   * counted, unless there are exactly `count` since `since`, none of them at `at`.
   */
  takeLoginTry(input: { key: string; at: Millis; since: Millis; count: number }): Promise<boolean>;
  /** All of `key`, or the one at `at`. */
  clearLoginFailures(input: { key: string; at?: Millis }): Promise<void>;
}
