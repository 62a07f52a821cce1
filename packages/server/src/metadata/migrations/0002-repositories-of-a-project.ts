import type { Kysely } from 'kysely';

/** The repositories of a project in the order of their names, for lists that show some projects only. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex('repositories_by_project_and_name').on('repositories').columns(['project_id', 'name']).execute();
  // The new one begins with the same column.
  await db.schema.dropIndex('repositories_by_project').execute();
}
