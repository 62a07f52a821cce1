import type { Kysely } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';

/** One step of the schema's history. Once released it never changes. */
export interface SchemaStep {
  /** Sorts after every earlier step. */
  readonly name: string;
  readonly load: () => Promise<{ up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> }>;
}

/** Every step that this version knows, oldest first; loaded only when a database needs it. */
export const schemaSteps: readonly SchemaStep[] = [
  { name: '0001-initial', load: () => import('./0001-initial.ts') },
  { name: '0002-repositories-of-a-project', load: () => import('./0002-repositories-of-a-project.ts') },
  { name: '0003-events-by-availability', load: () => import('./0003-events-by-availability.ts') },
];
