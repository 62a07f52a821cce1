import { StorageError } from '../../registry/ports/blob-store.ts';

const fullCodes = new Set([
  'QuotaExceeded',
  'EntityTooLargeForQuota',
  'InsufficientStorage',
  'XMinioStorageFull',
  'ServiceQuotaExceededException',
]);
const passingCodes = new Set(['SlowDown', 'TimeoutError', 'RequestTimeout', 'OperationAborted', 'TooManyRequests']);

interface ServiceFailure {
  readonly name: string;
  readonly message: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** The error code that the service answered with, or the name of what went wrong on the way. */
function codeOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** The HTTP status of the answer; undefined when there was none. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error ? (error as ServiceFailure).$metadata?.httpStatusCode : undefined;
}

/** True when an object is absent. A missing bucket is not that: it says nothing about any blob. */
export function isAbsence(error: unknown): boolean {
  return codeOf(error) === 'NoSuchKey' || (codeOf(error) === 'NotFound' && statusOf(error) === 404);
}

/** True when a multipart upload does not exist any more. */
export function isNoSuchUpload(error: unknown): boolean {
  return codeOf(error) === 'NoSuchUpload';
}

/** What the service (or the way to it) refused, after the client's own retries; `action` begins the message. */
export function asStorageError(action: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const status = statusOf(error);
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  const message = `${action}: ${code}${status === undefined ? '' : ` (${status})`}: ${text}`;
  if (fullCodes.has(code) || status === 507) return new StorageError('full', message, { cause: error });
  // No answer at all: the network, or the service is starting.
  const retryable = status === undefined || status >= 500 || status === 429 || passingCodes.has(code);
  return new StorageError('failed', message, { cause: error, retryable });
}
