import type { Millis } from '../registry/ports/content-store.ts';
import type { Session } from '../registry/ports/session-store.ts';

/** The columns of `sessions` that make a `Session`. */
export const sessionColumns =
  's.id as session_id, s.user_id, s.user_version, s.provider, s.created_at, s.proved_at, s.expires_at, s.last_seen_at, s.address, s.user_agent';

/** A row of `sessions`. */
export interface SessionRow {
  readonly session_id: number;
  readonly user_id: number;
  readonly user_version: number;
  readonly provider: string;
  readonly created_at: Millis;
  /** Null: of an older version. */
  readonly proved_at: Millis | null;
  readonly expires_at: Millis;
  readonly last_seen_at: Millis;
  readonly address: string;
  readonly user_agent: string;
}

/** The row as identity knows it. */
export function toSession(row: SessionRow): Session {
  return {
    id: row.session_id,
    userId: row.user_id,
    userVersion: row.user_version,
    provider: row.provider,
    createdAt: row.created_at,
    provedAt: row.proved_at ?? row.created_at,
    expiresAt: row.expires_at,
    lastSeenAt: row.last_seen_at,
    address: row.address,
    userAgent: row.user_agent,
  };
}
