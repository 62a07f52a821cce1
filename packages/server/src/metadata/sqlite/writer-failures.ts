import { StorageError } from '../../registry/ports/blob-store.ts';
import type { Failure } from './writer-messages.ts';

/** An error as it crosses to a client of the writer. */
export function toFailure(error: unknown): Failure {
  if (error instanceof StorageError) return { storage: { reason: error.reason, retryable: error.retryable, message: error.message } };
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { defect: { message, stack } };
}

/** The error again, on the client's side: a `StorageError`, or a plain one for a defect. */
export function fromFailure(failure: Failure): Error {
  if ('storage' in failure) {
    const { reason, message, retryable } = failure.storage;
    return new StorageError(reason, message, { retryable });
  }
  const error = new Error(failure.defect.message);
  if (failure.defect.stack !== undefined) error.stack = failure.defect.stack;
  return error;
}
