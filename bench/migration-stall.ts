import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { schemaSteps } from '../packages/server/src/metadata/migrations/index.ts';
import { openWriter } from '../packages/server/src/metadata/sqlite/connection.ts';
import { isBusy } from '../packages/server/src/metadata/sqlite/sqlite-errors.ts';
import { migrateSqlite } from '../packages/server/src/metadata/sqlite/sqlite-schema.ts';
import type { Subject } from './row.ts';
import { watchStalls } from './stall-watch.ts';

/** The step that does most: it sorts all events into an index. Those after it run as well. */
const measuredStep = '0003-events-by-availability';
const rows = 1_000_000;
const limitMs = 60_000;

/**
 * Starts this version on a database of the version before with a million events that wait for another try, and resolves to the longest
 * stall, in milliseconds, between the first and the last moment of the migration. The port is closed until then, so nobody can ask.
 */
export async function longestStallOfMigration({ contender, directory }: Subject): Promise<number> {
  const home = join(directory, 'migration');
  const file = join(home, 'data', 'longshore.db');
  await mkdir(join(home, 'data'), { recursive: true });
  await makeOldDatabase(file);
  const { changes, takeLongest } = await watchStalls(home);
  const db = new DatabaseSync(file, { timeout: 0 });
  const measure = async (): Promise<number> => {
    await until(() => isBeingWritten(db));
    // What came before was the start; but one that stands still during the migration says so only when it is over.
    const before = await takeLongest();
    if (isMigrated(db)) return before;
    await until(() => isMigrated(db));
    return takeLongest();
  };
  const [server, longest] = await Promise.all([contender.start(home, changes), measure()]);
  db.close();
  await server.stop();
  await rm(home, { recursive: true });
  return longest;
}

/** By the steps of the product itself; the rows lie in another order than the index wants them. */
async function makeOldDatabase(file: string): Promise<void> {
  const db = openWriter(file, 'relaxed');
  const steps = schemaSteps.slice(
    0,
    schemaSteps.findIndex(({ name }) => name === measuredStep),
  );
  await migrateSqlite(db, file, undefined, steps);
  const farAhead = Date.now() + 10 * 365 * 24 * 60 * 60 * 1000;
  db.exec(`
    insert into events (type, at, actor, data, attempts, available_at)
      with recursive n(i) as (select 0 union all select i + 1 from n where i < ${rows - 1})
      select 'gc.finished', 0, 'system:bench', '{}', 1, ${farAhead} + i * 7919 % ${rows} from n`);
  db.close();
}

/** Nothing but the migration writes before a server answers. */
function isBeingWritten(db: DatabaseSync): boolean {
  try {
    db.exec('begin immediate; rollback');
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  }
}

function isMigrated(db: DatabaseSync): boolean {
  return db.prepare('select 1 from schema_migrations where name = ?').get(measuredStep) !== undefined;
}

async function until(condition: () => boolean): Promise<void> {
  for (const end = performance.now() + limitMs; !condition(); await delay(2)) {
    if (performance.now() > end) throw new Error(`the migration did not get on within ${limitMs / 1000} seconds`);
  }
}
