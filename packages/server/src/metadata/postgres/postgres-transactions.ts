import { setTimeout as sleep } from 'node:timers/promises';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { CommandInput, CommandName, CommandOutput } from '../commands/index.ts';
import { runCommand } from '../commands/index.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { Withdrawn } from '../sql-session.ts';
import type { GuardedPool } from './guarded-pool.ts';
import { isAnswer, isCut, isLostRace, isUsageRefusal, toStorageError, UnknownOutcomeError } from './postgres-errors.ts';
import type { StatementCache } from './statement-cache.ts';
import { TransactionSession } from './transaction-session.ts';

/** Losing more often than this is not bad luck. */
const mostAttempts = 8;
const longestPauseMs = 20;

/** What transactions run on. */
export interface TransactionDeps {
  readonly pool: GuardedPool;
  readonly statements: StatementCache;
  /** Statements that follow every `begin`, each with a semicolon before it; empty where the session has its settings already. */
  readonly afterBegin: string;
}

/**
 * Commands that a crash of the server may undo (those of this process may not): it ends unfinished uploads anyway, whose bytes are
 * not synced, and their clients continue from what the server then answers; and what was pulled is counted in memory for longer than that.
 * A later commit that is synced makes them durable too.
 */
const provisional: ReadonlySet<CommandName> = new Set<CommandName>(['advanceUpload', 'notePulls']);
const withoutSync = '; set local synchronous_commit = off';

/** Gives a transaction the time limits that a session behind a pooler cannot have, as `TransactionDeps` takes them. */
export function limitsOf(timeoutMs: number): string {
  return `; set local statement_timeout = ${timeoutMs}; set local idle_in_transaction_session_timeout = ${timeoutMs}`;
}

/**
 * Runs a command in a transaction, again from the start when it lost a race or an account wants a look, and once when its connection broke before the commit was
 * sent: until then nothing of it has happened. Throws `StorageError`; an `UnknownOutcomeError` when the answer to the commit was lost.
 */
export async function executeCommand<N extends CommandName>(
  deps: TransactionDeps,
  name: N,
  input: CommandInput<N>,
): Promise<CommandOutput<N>> {
  const begin = provisional.has(name) ? `begin${withoutSync}` : 'begin';
  let wasCut = false;
  let isCareful = false;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inTransaction(deps, { begin, end: 'commit', isCareful }, (sql) => runCommand(sql, name, input));
    } catch (error) {
      if (error instanceof Withdrawn) return error.answer as CommandOutput<N>;
      if (!(error instanceof StorageError) || error instanceof UnknownOutcomeError || attempt === mostAttempts) throw error;
      if (error.reason !== 'unreachable' && isCut(error.cause) && !wasCut) {
        wasCut = true;
        continue;
      }
      if (isUsageRefusal(error.cause) && !isCareful) {
        isCareful = true;
        continue;
      }
      if (!isLostRace(error.cause)) throw error;
      await sleep(Math.random() * longestPauseMs);
    }
  }
}

/** Shows `work` one snapshot, in which it may make temporary tables; keeps nothing of it. */
export async function withSnapshot(deps: TransactionDeps, work: (sql: SqlSession) => Promise<void>): Promise<void> {
  await inTransaction(deps, { begin: 'begin isolation level repeatable read', end: 'rollback', isCareful: false }, work);
}

async function inTransaction<T>(
  { pool, statements, afterBegin }: TransactionDeps,
  { begin, end, isCareful }: { begin: string; end: 'commit' | 'rollback'; isCareful: boolean },
  work: (sql: SqlTransaction) => Promise<T>,
): Promise<T> {
  const connection = await orStorageError(pool.connect());
  const transaction = new TransactionSession(connection, statements, begin + afterBegin, isCareful);
  let isBroken = false;
  try {
    const answer = await work(transaction);
    await orStorageError(transaction[end]());
    return answer;
  } catch (error) {
    // Where nobody answers, a rollback would only wait; where not even it works, the connection is of no use to anybody. The first
    // error is the one that matters.
    isBroken =
      isUnanswered(error) ||
      (await transaction.rollback().then(
        () => false,
        () => true,
      ));
    throw error;
  } finally {
    connection.release(isBroken);
  }
}

/** Commands throw errors of their own, which say nothing of the connection. */
function isUnanswered(error: unknown): boolean {
  return error instanceof StorageError && (error.reason === 'unreachable' || (error.cause !== undefined && !isAnswer(error.cause)));
}

function orStorageError<T>(promise: Promise<T>): Promise<T> {
  return promise.catch((error: unknown) => {
    throw toStorageError(error);
  });
}
