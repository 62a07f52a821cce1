/**
 * Every error code a registry may answer, with the HTTP status it travels with and a default message.
 *
 * The first fourteen are the codes of the distribution specification ("Error Codes"); the last four are
 * not in it, but are what Docker clients know and print.
 */
export const errorCodes = {
  BLOB_UNKNOWN: { status: 404, message: 'this blob is not in the repository' },
  BLOB_UPLOAD_INVALID: { status: 400, message: 'this upload cannot be continued or completed as requested' },
  BLOB_UPLOAD_UNKNOWN: { status: 404, message: 'this upload session does not exist, or has expired' },
  DIGEST_INVALID: { status: 400, message: 'the digest is malformed, unsupported or not that of the content' },
  MANIFEST_BLOB_UNKNOWN: { status: 404, message: 'the manifest names content that is not in the repository' },
  MANIFEST_INVALID: { status: 400, message: 'this is not a manifest the registry can accept' },
  MANIFEST_UNKNOWN: { status: 404, message: 'this manifest is not in the repository' },
  NAME_INVALID: { status: 400, message: 'this is not a valid repository name' },
  NAME_UNKNOWN: { status: 404, message: 'there is no such repository' },
  SIZE_INVALID: { status: 400, message: 'the content is not of the length that was announced' },
  UNAUTHORIZED: { status: 401, message: 'log in to do this' },
  DENIED: { status: 403, message: 'you may not do this here' },
  UNSUPPORTED: { status: 405, message: 'this operation is not available' },
  TOOMANYREQUESTS: { status: 429, message: 'too many requests: wait before the next one' },
  TAG_INVALID: { status: 400, message: 'this is not a valid tag' },
  RANGE_INVALID: { status: 416, message: 'the requested range is not available' },
  PAGINATION_NUMBER_INVALID: { status: 400, message: 'the number of results asked for is not valid' },
  UNAVAILABLE: { status: 503, message: 'the registry cannot do this now: try again later' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly message: string }>>;

/** One of the codes in {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes;

/** One entry of an error answer; without `message` the code's default message is sent. */
export interface ErrorEntry {
  readonly code: ErrorCode;
  readonly message?: string;
  readonly detail?: unknown;
}

/** The JSON body of an error answer (distribution specification, "Error Codes"). */
export interface ErrorBody {
  readonly errors: readonly { readonly code: string; readonly message: string; readonly detail?: unknown }[];
}

/** True when `text` is a code of the table; `constructor` and the like are not. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCodes, text);
}

/** The body of an error answer, ready for JSON.stringify; `detail` is left out where it is undefined. */
export function errorBody(entries: readonly ErrorEntry[]): ErrorBody {
  return {
    errors: entries.map(({ code, message, detail }) => ({
      code,
      message: message ?? errorCodes[code].message,
      ...(detail === undefined ? {} : { detail }),
    })),
  };
}
