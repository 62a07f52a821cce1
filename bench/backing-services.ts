import { randomBytes } from 'node:crypto';
import { type PostgresServer, startPostgres } from '../test/tools/postgres.ts';
import { Gateway } from './gateway.ts';

/** What servers of one run keep their state in besides a folder; it starts when the first of them needs it. */
export class BackingServices {
  /** For blobs. */
  readonly gateway = new Gateway();
  #postgres: Promise<PostgresServer> | undefined;
  readonly #databases = new Map<string, Promise<string>>();

  /** The connection string of the database of a server in that folder, empty when the folder is new; PostgreSQL writes to the disk. */
  databaseOf(directory: string): Promise<string> {
    const database = this.#databases.get(directory) ?? this.#createDatabase();
    this.#databases.set(directory, database);
    return database;
  }

  /** Ends what was started and removes its files. */
  async stop(): Promise<void> {
    await Promise.all([this.gateway.stop(), this.#postgres?.then((postgres) => postgres.stop())]);
  }

  async #createDatabase(): Promise<string> {
    this.#postgres ??= startPostgres({ fsync: 'on' });
    return (await this.#postgres).createDatabase(`bench_${randomBytes(4).toString('hex')}`);
  }
}
