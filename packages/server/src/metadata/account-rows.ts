import type { AccessToken, User } from '../registry/ports/account-store.ts';
import type { Millis } from '../registry/ports/content-store.ts';

/** The columns of `users` that make a `User`. */
export const userColumns = 'u.id, u.name, u.administrator, u.disabled, u.password_hash, u.version, u.second_factor';

/** The same, for what `returning` answers. */
export const returnedUser = 'id, name, administrator, disabled, password_hash, version, second_factor';

/** A row of `users`. */
export interface UserRow {
  readonly id: number;
  readonly name: string;
  readonly administrator: number;
  /** 0: no. 1: by an administrator. 2: by the end of what their provider vouched for, until it does so again. */
  readonly disabled: number;
  readonly password_hash: string | null;
  readonly version: number;
  readonly second_factor: number;
}

/** A row of `access_tokens`. */
export interface AccessTokenRow {
  readonly token_id: number;
  readonly user_id: number;
  readonly token_name: string;
  readonly created_at: Millis;
  readonly expires_at: Millis | null;
  readonly last_used_at: Millis | null;
}

/** The columns of `access_tokens` that make an `AccessToken`. */
export const accessTokenColumns = 't.id as token_id, t.user_id, t.name as token_name, t.created_at, t.expires_at, t.last_used_at';

/** The row as identity knows it. */
export function toUser(row: UserRow): User {
  return {
    id: row.id,
    name: row.name,
    administrator: row.administrator === 1,
    disabled: row.disabled !== 0,
    passwordHash: row.password_hash ?? undefined,
    version: row.version,
    secondFactor: row.second_factor === 1,
  };
}

/** The row as identity knows it. */
export function toAccessToken(row: AccessTokenRow): AccessToken {
  return {
    id: row.token_id,
    userId: row.user_id,
    name: row.token_name,
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}
