/**
 * Everything that the management API can refuse (RFC 9457): the last part of the type's URI -> status and title. What is wrong with this
 * very request, and what to do about it, says the problem's detail.
 */
export const problems = {
  'invalid-request': { status: 400, title: 'The request is not as this operation describes it' },
  'invalid-cursor': { status: 400, title: 'The cursor is not one of this list' },
  unauthorized: { status: 401, title: 'Credentials are needed' },
  forbidden: { status: 403, title: 'You may not do this' },
  'not-found': { status: 404, title: 'There is nothing of that name that you may see' },
  'method-not-allowed': { status: 405, title: 'This method does nothing here' },
  timeout: { status: 408, title: 'The request came too slowly' },
  conflict: { status: 409, title: 'The state of things does not allow it' },
  'name-taken': { status: 409, title: 'The name is taken' },
  'in-use': { status: 409, title: 'Something else needs it' },
  stale: { status: 412, title: 'It was changed by somebody else meanwhile' },
  'too-large': { status: 413, title: 'The body is too large' },
  'address-too-long': { status: 414, title: 'The address is too long' },
  'unsupported-media-type': { status: 415, title: 'The body must be JSON' },
  'precondition-required': { status: 428, title: 'The version that is to be changed must be named' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  internal: { status: 500, title: 'Something went wrong inside the registry' },
  unavailable: { status: 503, title: 'The registry cannot do this at the moment' },
  'storage-full': { status: 507, title: 'The registry is out of disk space' },
} as const satisfies Record<string, { status: number; title: string }>;

/** A row of the table of problems. */
export type ProblemCode = keyof typeof problems;

/** One thing that is wrong with a request. */
export interface RequestFault {
  /** JSON pointer (RFC 6901) to the value, in the body or, with `/path`, `/query` or `/headers` before it, elsewhere in the request. */
  readonly pointer: string;
  readonly detail: string;
}

/** What a route throws to refuse a request. `detail` is for the person who asked: what is wrong with this request, and what to do. */
export class ApiError extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly faults: readonly RequestFault[];
  readonly headers: Readonly<Record<string, string>>;
  /** Whether it is for want of a right, so that it belongs in the audit log. */
  readonly denied: boolean;

  constructor(
    code: ProblemCode,
    options: {
      detail: string;
      denied?: boolean;
      faults?: readonly RequestFault[];
      headers?: Readonly<Record<string, string>>;
      cause?: unknown;
    },
  ) {
    super(options.detail, { cause: options.cause });
    this.name = 'ApiError';
    this.code = code;
    this.status = problems[code].status;
    this.faults = options.faults ?? [];
    this.headers = options.headers ?? {};
    this.denied = options.denied ?? code === 'forbidden';
  }
}

/** The answer to whatever is not there or not for the eyes of who asks: nobody may tell the two apart. */
export function notFound(what: string, { denied = false } = {}): ApiError {
  return new ApiError('not-found', { detail: `There is no ${what} that you may see: check the name, or ask for a role.`, denied });
}

/** The answer to a change of another version than the present one. */
export function stale(): ApiError {
  return new ApiError('stale', { detail: 'It has another version now: read it again, and repeat the change on what it is now.' });
}
