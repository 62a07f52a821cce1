import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';

/**
 * On PostgreSQL, every row that a cached answer may come from tells who listens to `longshore_changes` when it changes for the worse:
 * `d <hex>` about a digest, `u <id>` about a user, `*` about everything. Triggers, so that nobody can change a row without: not an
 * older version, not a cascade, not an administrator by hand. What is only added is not told, since nobody caches absence.
 */
export async function up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  if (dialect === 'sqlite') return;
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const tell = (payload: string) => `perform pg_notify('longshore_changes', ${payload})`;
const teller = (name: string, body: string) =>
  `create function ${name}() returns trigger language plpgsql as $$ begin ${body}; return null; end $$`;
const blobDigest = "(select encode(b.digest, 'hex') from blobs b where b.id = old.blob_id)";

const statements = [
  teller('tell_of_manifest', tell("'d ' || encode(old.digest, 'hex')")),
  // A blob that is gone already cannot be named.
  teller('tell_of_blob', tell(`coalesce('d ' || ${blobDigest}, '*')`)),
  teller('tell_of_user', tell("'u ' || old.id")),
  teller('tell_of_user_of_row', tell("'u ' || old.user_id")),
  teller('tell_of_everything', tell("'*'")),
  `create trigger told_delete after delete on manifests for each row execute function tell_of_manifest()`,
  `create trigger told_delete after delete on repository_blobs for each row execute function tell_of_blob()`,
  `create trigger told_delete after delete on blob_placements for each row when (old.state = 'live') execute function tell_of_blob()`,
  `create trigger told_update after update of state, location, store_id on blob_placements
     for each row when (old.state = 'live') execute function tell_of_blob()`,
  // Among others where its content is.
  `create trigger told_update after update on projects for each row execute function tell_of_everything()`,
  `create trigger told_change after update or delete on users for each row execute function tell_of_user()`,
  `create trigger told_change after update or delete on grants for each row execute function tell_of_user_of_row()`,
  `create trigger told_delete after delete on access_tokens for each row execute function tell_of_user_of_row()`,
  // Not of when it was last used.
  `create trigger told_update after update of user_id, secret_hash, expires_at on access_tokens
     for each row execute function tell_of_user_of_row()`,
];
