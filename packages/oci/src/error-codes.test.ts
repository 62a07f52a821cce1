import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode } from './error-codes.ts';
import { errorBody, errorCodes, isErrorCode } from './error-codes.ts';

const statuses: Readonly<Record<ErrorCode, number>> = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 400,
  BLOB_UPLOAD_UNKNOWN: 404,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 404,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  SIZE_INVALID: 400,
  UNAUTHORIZED: 401,
  DENIED: 403,
  UNSUPPORTED: 405,
  TOOMANYREQUESTS: 429,
  TAG_INVALID: 400,
  RANGE_INVALID: 416,
  PAGINATION_NUMBER_INVALID: 400,
  UNAVAILABLE: 503,
};

test('every code has its status, the form the specification asks for, and a message for people', () => {
  assert.deepEqual(Object.keys(errorCodes).sort(), Object.keys(statuses).sort());
  for (const [code, { status, message }] of Object.entries(errorCodes)) {
    assert.equal(isErrorCode(code) ? statuses[code] : 0, status, code);
    assert.match(code, /^[A-Z_]+$/);
    assert.match(message, /^[a-z][^.]*[^.]$/);
  }
});

test('names of Object.prototype are not codes', () => {
  for (const text of ['constructor', '__proto__', 'toString', '', 'blob_unknown']) assert.equal(isErrorCode(text), false);
});

test('the body of an error answer', () => {
  assert.deepEqual(errorBody([{ code: 'DENIED' }, { code: 'SIZE_INVALID', message: 'short', detail: { at: 1 } }]), {
    errors: [
      { code: 'DENIED', message: errorCodes.DENIED.message },
      { code: 'SIZE_INVALID', message: 'short', detail: { at: 1 } },
    ],
  });
  assert.equal('detail' in (errorBody([{ code: 'DENIED' }]).errors[0] ?? {}), false);
});
