import assert from 'node:assert/strict';
import type { ErrorCode } from '@longshore/oci';
import type { Answer } from './http-client.ts';

/** What an answer must look like; what is not named may be anything. */
export interface Expected {
  readonly status: number;
  /** The code of the first error in the body. */
  readonly code?: ErrorCode;
  /** undefined: this header must be absent. */
  readonly headers?: Readonly<Record<string, string | RegExp | undefined>>;
  readonly body?: Uint8Array | string;
  readonly json?: unknown;
}

/** Fails with the whole answer in the message when it is not as expected. Returns the answer. */
export function expectAnswer(answer: Answer, expected: Expected, what = ''): Answer {
  const shown = `${what} was answered ${answer.status} ${JSON.stringify(answer.headers)} ${answer.body.toString('latin1').slice(0, 500)}`;
  assert.equal(answer.status, expected.status, shown);
  if (expected.code !== undefined) assert.equal(errorOf(answer)?.code, expected.code, shown);
  for (const [name, value] of Object.entries(expected.headers ?? {})) {
    const actual = answer.headers[name.toLowerCase()];
    if (value instanceof RegExp) assert.match(String(actual), value, `${name}: ${shown}`);
    else assert.equal(actual, value, `${name}: ${shown}`);
  }
  if (expected.body !== undefined) assert.ok(answer.body.equals(Buffer.from(expected.body)), `body: ${shown}`);
  if (expected.json !== undefined) assert.deepEqual(jsonOf(answer), expected.json, shown);
  return answer;
}

/** The body as JSON. */
export function jsonOf<T = unknown>(answer: Answer): T {
  return JSON.parse(answer.body.toString('utf8')) as T;
}

/** The first error of an error body (distribution specification, "Error Codes"). */
export function errorOf(answer: Answer): { code: string; message: string; detail?: unknown } | undefined {
  if (answer.body.byteLength === 0) return undefined;
  return jsonOf<{ errors?: { code: string; message: string; detail?: unknown }[] }>(answer).errors?.[0];
}
