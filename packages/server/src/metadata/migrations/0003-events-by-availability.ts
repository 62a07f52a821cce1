import type { Kysely } from 'kysely';

/** Events in the order in which they are claimed, so that those which wait for another try are not passed at every claim. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex('events_by_availability').on('events').columns(['available_at', 'id']).execute();
}
