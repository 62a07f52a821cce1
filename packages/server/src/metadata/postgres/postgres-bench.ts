import { after, beforeEach, test } from 'node:test';
import pg from 'pg';
import type { PostgresServer } from '../../../../../test/tools/postgres.ts';
import { startPostgres } from '../../../../../test/tools/postgres.ts';
import { findProgram, requirePrograms } from '../../../../../test/tools/programs.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import { StoreSteps } from '../contract/contract-steps.ts';
import { openPostgresMetadata } from './postgres-metadata.ts';

/** The time of a statement where no test is about it: what many do at once takes long on a busy machine. */
export const patientMs = 120_000;

/** For tests: one real server, and a database with our schema for each test. */
export class PostgresBench {
  #server: PostgresServer | undefined;
  #started: Promise<void> | undefined;
  #count = 0;

  /** Starts the server before the first test of a file and stops it after the last; undefined, and a skipped test, where none is installed. */
  static forThisFile(): PostgresBench | undefined {
    const programs = ['initdb', 'postgres', 'createdb'] as const;
    if (programs.some((program) => findProgram(program) === undefined)) {
      test('PostgreSQL is installed', (t) => void requirePrograms(t, ...programs));
      return undefined;
    }
    const bench = new PostgresBench();
    // Not `before`, which runs even where no test does, and then nothing ends the server.
    beforeEach(() => (bench.#started ??= bench.#start()));
    after(() => bench.#server?.stop());
    return bench;
  }

  async #start(): Promise<void> {
    this.#server = await startPostgres();
    // Copying a migrated database is faster than migrating each.
    const store = await openPostgresMetadata({ url: await this.server.createDatabase('template') });
    await store.close();
  }

  get server(): PostgresServer {
    if (this.#server === undefined) throw new Error('The server runs only while tests run');
    return this.#server;
  }

  /** Makes a database with an up-to-date schema and answers its connection string. */
  async newDatabase(): Promise<string> {
    const name = `test${++this.#count}`;
    // A third of what it takes by way of the log, which nobody needs here.
    await this.query(this.server.url, `create database ${name} template template strategy file_copy`);
    return this.server.url.replace(/[^/]*$/, name);
  }

  /** Opens a store on a new database while `body` runs. */
  async withStore(body: (store: MetadataStore, steps: StoreSteps, url: string) => Promise<void>): Promise<void> {
    const url = await this.newDatabase();
    const store = await openPostgresMetadata({ url, timeoutMs: patientMs });
    try {
      await body(store, new StoreSteps(store), url);
    } finally {
      await store.close();
    }
  }

  /** Runs one statement on a connection of its own. */
  async query(url: string, text: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** Locks what `lockText` locks while `work` runs; `work` can wait until so many statements wait for locks. */
  async whileLocked<T>(url: string, lockText: string, work: (waiting: (count: number) => Promise<void>) => Promise<T>): Promise<T> {
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();
    try {
      await holder.query('begin');
      await holder.query(lockText);
      return await work(async (count) => {
        for (let found = -1; found !== count; ) {
          // Inside of a transaction the view shows one snapshot unless it is told to forget it.
          await holder.query('select pg_stat_clear_snapshot()');
          const { rows } = await holder.query(
            "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
          );
          found = rows.length;
        }
      });
    } finally {
      // Ends the transaction too.
      await holder.end();
    }
  }
}
