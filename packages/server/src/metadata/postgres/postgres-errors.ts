import { StorageError } from '../../registry/ports/blob-store.ts';

/** SQLSTATE classes and codes, https://www.postgresql.org/docs/15/errcodes-appendix.html */
const serializationFailure = '40001';
const deadlockDetected = '40P01';
const uniqueViolation = '23505';
const foreignKeyViolation = '23503';
const notNullViolation = '23502';
const diskFull = '53100';
const tooManyConnections = '53300';
const readOnlyTransaction = '25006';
const passingClasses = ['08', '53', '57', '58'];
/** The server ends, has ended, or does not serve yet; and everything about a connection that broke or was refused. */
const partingStates = ['57P01', '57P02', '57P03'];
const connectionClass = '08';

/** What the client says when a statement took longer than it may. */
const lateAnswer = 'Query read timeout';

/** What the client says, alone and in a pool, when a connection took longer to be made than it may. */
const lateConnection = ['timeout expired', 'Connection terminated due to connection timeout'];

/** What to do about a server that takes longer to answer than it may. */
export const lateAdvice =
  'the server or this machine is overloaded, or something in between drops what is sent: look there, or raise metadata.timeoutSeconds';

/** What the client's pool says when no connection became free in time. */
const poolExhausted = 'timeout exceeded when trying to connect';
const busyMessage =
  'Every connection of this process to PostgreSQL is busy: look for statements that take long, or raise metadata.poolSize and the max_connections of the server with it';

const tooManyMessage = (detail: string) =>
  `PostgreSQL has no connection left: ${detail}. Each worker of each replica takes metadata.poolSize and two more: lower it, raise max_connections of the server, or put a pooler in between`;

/**
 * true when the transaction lost a race and may win the next one. Violations are among them: rows that one statement of a
 * command saw can be gone, or a row that it did not see can be there, when the next one refers to it.
 */
export function isLostRace(error: unknown): boolean {
  return [serializationFailure, deadlockDetected, uniqueViolation, foreignKeyViolation].includes(sqlState(error) ?? '');
}

/** Whether the account of a project refused to be changed without a look at it (`settleUsage`). */
export function isUsageRefusal(error: unknown): boolean {
  return sqlState(error) === notNullViolation && (error as { table?: unknown }).table === 'usage';
}

/** Whether the server said it as one that stays: not the way to it, and not a server that is about to end. */
export function isAnswer(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return !partingStates.includes(state) && !state.startsWith(connectionClass);
  // The pool gave up, which says nothing of the server.
  return error instanceof Error && error.message === poolExhausted;
}

/** Whether the client gave a statement up. */
export function isLate(error: unknown): boolean {
  return error instanceof Error && error.message === lateAnswer;
}

/** Whether a connection broke or could not be made: what was not committed on it has not happened, and may be done again. */
export function isCut(error: unknown): boolean {
  return error instanceof Error && !(error instanceof StorageError) && !isAnswer(error) && !isLate(error);
}

/** Whether a write met a server that only reads. */
export function isReadOnly(error: unknown): boolean {
  return sqlState(error) === readOnlyTransaction;
}

/** A change of which nobody knows whether it was made: the answer to its commit was lost. */
export class UnknownOutcomeError extends StorageError {
  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super('failed', `Whether a change was committed is not known, since the answer was lost: ${reason}`, { retryable: true, cause });
    this.name = 'UnknownOutcomeError';
  }
}

/** Turns what the driver or the server raised into a `StorageError`. */
export function toStorageError(error: unknown): unknown {
  if (error instanceof StorageError || !(error instanceof Error)) return error;
  const state = sqlState(error);
  const detail = state === undefined ? error.message : `${error.message} (SQLSTATE ${state})`;
  if (state === diskFull) return new StorageError('full', `The disk of the PostgreSQL server is full: ${detail}`, { cause: error });
  if (state === readOnlyTransaction)
    return new StorageError('read-only', `The PostgreSQL server is read-only: ${detail}`, { cause: error });
  if (state === tooManyConnections) return new StorageError('failed', tooManyMessage(detail), { retryable: true, cause: error });
  if (error.message === poolExhausted) return new StorageError('failed', busyMessage, { retryable: true, cause: error });
  if (state !== undefined) {
    const retryable = isLostRace(error) || passingClasses.includes(state.slice(0, 2));
    return new StorageError('failed', `PostgreSQL refused a statement: ${detail}`, { retryable, cause: error });
  }
  // Without a state it did not come from the server: a connection that cannot be made, was cut, or took too long.
  return new StorageError('failed', `PostgreSQL cannot be reached: ${describe(error)}`, { retryable: true, cause: error });
}

function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}

/** Says of silence what to do; Node reports a host with several addresses as one error without message. */
function describe(error: Error): string {
  if (lateConnection.includes(error.message)) return `a connection was not made in time; ${lateAdvice}`;
  return error.message !== '' || !(error instanceof AggregateError) ? error.message : error.errors.map(String).join('; ');
}
