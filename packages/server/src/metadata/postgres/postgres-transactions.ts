import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { CommandInput, CommandName, CommandOutput } from '../commands/index.ts';
import { commands } from '../commands/index.ts';
import type { SqlSession } from '../sql-session.ts';
import { Withdrawn } from '../sql-session.ts';
import { isLostRace, toStorageError } from './postgres-errors.ts';
import { PostgresSession } from './postgres-session.ts';
import type { StatementCache } from './statement-cache.ts';

/** Losing more often than this is not bad luck. */
const mostAttempts = 8;
const longestPauseMs = 20;

/** Runs a command in a transaction, again from the start when it lost a race. Throws `StorageError`. */
export async function executeCommand<N extends CommandName>(
  pool: Pool,
  statements: StatementCache,
  name: N,
  input: CommandInput<N>,
): Promise<CommandOutput<N>> {
  const run = commands[name] as (sql: SqlSession, input: unknown) => Promise<CommandOutput<N>>;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inTransaction(pool, 'begin', 'commit', (client) => run(new PostgresSession(client, statements), input));
    } catch (error) {
      if (error instanceof Withdrawn) return error.answer as CommandOutput<N>;
      if (!(error instanceof StorageError) || !isLostRace(error.cause) || attempt === mostAttempts) throw error;
      await sleep(Math.random() * longestPauseMs);
    }
  }
}

/** Shows `work` one snapshot, in which it may make temporary tables; keeps nothing of it. */
export async function withSnapshot(pool: Pool, statements: StatementCache, work: (sql: SqlSession) => Promise<void>): Promise<void> {
  await inTransaction(pool, 'begin isolation level repeatable read', 'rollback', (client) => work(new PostgresSession(client, statements)));
}

async function inTransaction<T>(pool: Pool, begin: string, end: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await orStorageError(pool.connect());
  let broken = false;
  try {
    await orStorageError(client.query(begin));
    const answer = await work(client);
    await orStorageError(client.query(end));
    return answer;
  } catch (error) {
    // When not even this works the connection is of no use to anybody, and the first error is the one that matters.
    broken = await client.query('rollback').then(
      () => false,
      () => true,
    );
    throw error;
  } finally {
    client.release(broken);
  }
}

function orStorageError<T>(promise: Promise<T>): Promise<T> {
  return promise.catch((error: unknown) => {
    throw toStorageError(error);
  });
}
