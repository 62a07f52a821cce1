import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** Who was denied an action: many do it, few are denied it, and with neither of the other indexes could one be found by both. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index audit_log_denied_by_action on audit_log (action, at, id) where outcome = 1`.execute(db);
}
