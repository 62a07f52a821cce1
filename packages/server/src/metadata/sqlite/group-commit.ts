import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type CommandInput, type CommandName, runCommand } from '../commands/index.ts';
import { repositoryByName } from '../commands/repositories.ts';
import { Withdrawn } from '../sql-session.ts';
import { beginWrite, type Durability } from './connection.ts';
import { toStorageError } from './sqlite-errors.ts';
import type { SqliteSession } from './sqlite-session.ts';
import { toFailure } from './writer-failures.ts';
import type { Answer, Call } from './writer-messages.ts';

/** A connection with the session that commands see. */
export interface Writer {
  readonly db: DatabaseSync;
  readonly session: SqliteSession;
  readonly path: string;
  readonly durability: Durability;
}

/**
 * Whether a power loss may undo the call. It ends unfinished uploads anyway, since their bytes are not synced: a sync for each of
 * their steps would make a small push wait twice as often. What was pulled is counted in memory for longer than that. The next sync covers what came before it, whoever asks for it.
 */
async function isProvisional({ session }: Writer, call: Call): Promise<boolean> {
  if (call.name === 'advanceUpload' || call.name === 'notePulls') return true;
  if (call.name !== 'startUpload') return false;
  // It may make a project, to whose id tokens are bound: no other project may ever get that.
  const { repository } = call.input as CommandInput<'startUpload'>;
  return (await repositoryByName(session, repository)) !== undefined;
}

/** Sets what the next commit waits for. SQLite refuses to change that inside a transaction. */
async function chooseSync(writer: Writer, calls: readonly Call[]): Promise<void> {
  if (writer.durability !== 'full') return;
  const provisional = await Promise.all(calls.map((call) => isProvisional(writer, call)));
  writer.db.exec(`pragma synchronous = ${provisional.includes(false) ? 'full' : 'normal'}`);
}

/**
 * Runs calls in one transaction, each in a savepoint of its own, and commits them with one fsync. A call that fails is rolled
 * back alone. Answers only what is committed, and synced unless a power loss may undo all of it; when the transaction as a whole fails, every call gets another one to itself, so
 * that one which asks too much (a full disk, for instance) does not fail its neighbours.
 */
export async function commitTogether(writer: Writer, calls: readonly Call[]): Promise<Answer[]> {
  const { db, path } = writer;
  try {
    await chooseSync(writer, calls);
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
  for (const call of calls) {
    answers.push(...(await commitTogether(writer, [call])));
    // A transaction for each may take long: see `WriterLoop`.
    await nextTurn();
  }
  return answers;
}

/** Throws only when SQLite has given up the whole transaction, as it does on a full disk. */
async function runInSavepoint({ db, session }: Writer, call: Call): Promise<Answer> {
  db.exec('savepoint command');
  try {
    const value: unknown = await runCommand(session, call.name, call.input as CommandInput<CommandName>);
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
