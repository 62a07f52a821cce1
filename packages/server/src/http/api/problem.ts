import { ApiError, type ProblemCode, problems } from '../../management/problems.ts';
import type { RegistryError } from '../../registry/registry-error.ts';

/** An error as its surface says it: what goes out, and what tells the log and the connection what it was. */
export interface Refusal {
  readonly error: ApiError | RegistryError;
  readonly contentType: string;
  readonly headers: readonly string[];
  readonly body: object;
}

/** Headers of every answer of the management API, names and values in turn: it is for one caller, at one moment, and no page. */
export const apiHeaders: readonly string[] = ['Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff'];

/** What a status of the core and of the listener is called here. */
const codes: Readonly<Record<number, ProblemCode>> = {
  400: 'invalid-request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  408: 'timeout',
  409: 'conflict',
  413: 'too-large',
  414: 'address-too-long',
  429: 'too-many-requests',
  431: 'headers-too-large',
  503: 'unavailable',
  507: 'storage-full',
};

/** The problem details (RFC 9457) of whatever was thrown. `asRegistryError` knows what is no `ApiError`. */
export function problemRefusal(thrown: unknown, requestId: string, asRegistryError: (thrown: unknown) => RegistryError): Refusal {
  const error = thrown instanceof ApiError ? thrown : asRegistryError(thrown);
  const code = error instanceof ApiError ? error.code : (codes[error.status] ?? 'internal');
  const faults = error instanceof ApiError ? error.faults : [];
  const body = {
    type: `/problems/${code}`,
    title: problems[code].title,
    status: error.status,
    detail: error.message,
    requestId,
    ...(faults.length > 0 && { errors: faults }),
  };
  return { error, contentType: 'application/problem+json', headers: apiHeaders, body };
}
