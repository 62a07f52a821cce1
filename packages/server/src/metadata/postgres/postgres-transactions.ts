import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
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

/** What transactions run on. */
export interface TransactionDeps {
  readonly pool: Pool;
  readonly statements: StatementCache;
  /** Statements that follow every `begin`, each with a semicolon before it; empty where the session has its settings already. */
  readonly afterBegin: string;
}

/** Gives a transaction the time limits that a session behind a pooler cannot have, as `TransactionDeps` takes them. */
export function limitsOf(timeoutMs: number): string {
  return `; set local statement_timeout = ${timeoutMs}; set local idle_in_transaction_session_timeout = ${timeoutMs}`;
}

/** Runs a command in a transaction, again from the start when it lost a race. Throws `StorageError`. */
export async function executeCommand<N extends CommandName>(
  deps: TransactionDeps,
  name: N,
  input: CommandInput<N>,
): Promise<CommandOutput<N>> {
  const run = commands[name] as (sql: SqlSession, input: unknown) => Promise<CommandOutput<N>>;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inTransaction(deps, 'begin', 'commit', (sql) => run(sql, input));
    } catch (error) {
      if (error instanceof Withdrawn) return error.answer as CommandOutput<N>;
      if (!(error instanceof StorageError) || !isLostRace(error.cause) || attempt === mostAttempts) throw error;
      await sleep(Math.random() * longestPauseMs);
    }
  }
}

/** Shows `work` one snapshot, in which it may make temporary tables; keeps nothing of it. */
export async function withSnapshot(deps: TransactionDeps, work: (sql: SqlSession) => Promise<void>): Promise<void> {
  await inTransaction(deps, 'begin isolation level repeatable read', 'rollback', work);
}

async function inTransaction<T>(
  { pool, statements, afterBegin }: TransactionDeps,
  begin: string,
  end: string,
  work: (sql: SqlSession) => Promise<T>,
): Promise<T> {
  const client = await orStorageError(pool.connect());
  let broken = false;
  try {
    await orStorageError(client.query(begin + afterBegin));
    const answer = await work(new PostgresSession(client, statements));
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
