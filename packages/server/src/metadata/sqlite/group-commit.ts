import type { DatabaseSync } from 'node:sqlite';
import { commands } from '../commands/index.ts';
import type { SqlSession } from '../sql-session.ts';
import { Withdrawn } from '../sql-session.ts';
import { beginWrite } from './connection.ts';
import { toStorageError } from './sqlite-errors.ts';
import type { SqliteSession } from './sqlite-session.ts';
import { toFailure } from './writer-failures.ts';
import type { Answer, Call } from './writer-messages.ts';

/** A connection with the session that commands see. */
export interface Writer {
  readonly db: DatabaseSync;
  readonly session: SqliteSession;
  readonly path: string;
}

/**
 * Runs calls in one transaction, each in a savepoint of its own, and commits them with one fsync. A call that fails is rolled
 * back alone. Answers only what is committed; when the transaction as a whole fails, every call gets another one to itself, so
 * that one which asks too much (a full disk, for instance) does not fail its neighbours.
 */
export async function commitTogether(writer: Writer, calls: readonly Call[]): Promise<Answer[]> {
  const { db, path } = writer;
  try {
    beginWrite(db, path);
  } catch (error) {
    return calls.map((call) => failure(call, error));
  }
  const answers: Answer[] = [];
  try {
    for (const call of calls) answers.push(await runInSavepoint(writer, call));
    db.exec('commit');
    return answers;
  } catch (error) {
    if (db.isTransaction) db.exec('rollback');
    if (calls.length > 1) return commitOneByOne(writer, calls);
    return calls.map((call) => failure(call, toStorageError(error, path)));
  }
}

async function commitOneByOne(writer: Writer, calls: readonly Call[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const call of calls) answers.push(...(await commitTogether(writer, [call])));
  return answers;
}

/** Throws only when SQLite has given up the whole transaction, as it does on a full disk. */
async function runInSavepoint({ db, session }: Writer, call: Call): Promise<Answer> {
  db.exec('savepoint command');
  try {
    const run = commands[call.name] as (sql: SqlSession, input: unknown) => Promise<unknown>;
    const value = await run(session, call.input);
    db.exec('release command');
    return { id: call.id, value };
  } catch (error) {
    if (!db.isTransaction) throw error;
    db.exec('rollback to command; release command');
    return error instanceof Withdrawn ? { id: call.id, value: error.answer } : failure(call, error);
  }
}

function failure({ id }: Call, error: unknown): Answer {
  return { id, ...toFailure(error) };
}
