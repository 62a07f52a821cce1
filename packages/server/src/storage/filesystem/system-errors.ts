import { StorageError } from '../../registry/ports/blob-store.ts';

const reasons: Readonly<Record<string, StorageError['reason']>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'read-only',
  EACCES: 'read-only',
  EPERM: 'read-only',
};

/** Shortages that pass when other work finishes, and a file server that is away, or has another file under that name by now. */
const passing = new Set([
  ...['EMFILE', 'ENFILE', 'EAGAIN', 'EINTR', 'ENOMEM', 'EBUSY'],
  ...['ESTALE', 'ETIMEDOUT', 'ENOTCONN', 'EREMOTEIO', 'EHOSTDOWN', 'EHOSTUNREACH'],
]);

/** True for an error of the operating system with this code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}

/** What the operating system refused, as the `StorageError` that the core understands; `action` begins the message. */
export function asStorageError(action: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const code = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? '') : '';
  const text = error instanceof Error ? error.message : String(error);
  const reason = reasons[code] ?? 'failed';
  return new StorageError(reason, `${action}: ${text}`, { cause: error, ...(passing.has(code) ? { retryable: true } : {}) });
}
