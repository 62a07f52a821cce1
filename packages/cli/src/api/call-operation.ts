import { ApiProblem } from '@longshore/api-client';
import { basicAuthorization } from '@longshore/oci/client';
import { UsageError } from '../command.ts';
import type { Connection } from '../connection/connect.ts';
import type { Operation } from './operation.ts';

/** What an operation is called with. */
export interface CallValues {
  readonly path: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  /** An ETag; where the operation needs one and none is given, that of the present state is asked for first. */
  readonly ifMatch?: string;
}

/** Calls an operation. What answers it may be the registry's API, or something that stands in for it where there is none. */
export type CallOperation = (operation: Operation, values: CallValues, connection: Connection) => Promise<Response>;

/** Calls an operation; whatever is refused rejects with `ApiProblem`. The body of the answer is the caller's to read. */
export async function callOperation(operation: Operation, values: CallValues, connection: Connection): Promise<Response> {
  const url = urlOf(operation, values, connection);
  const needsMatch = operation.parameters.some((one) => one.in === 'header' && one.name === 'If-Match');
  const match = needsMatch ? (values.ifMatch ?? (await presentTag(url, connection))) : undefined;
  return send(url, connection, {
    method: operation.method,
    headers: {
      ...(match !== undefined && { 'if-match': match }),
      ...(values.body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(values.body !== undefined && { body: JSON.stringify(values.body) }),
  });
}

/**
 * The pages of a list, each asked for when the one before is consumed. `most`: entries at most, all unless given; `call`: what answers,
 * the registry's API unless given.
 */
export async function* pagesOf(
  operation: Operation,
  values: CallValues,
  connection: Connection,
  { most = Number.POSITIVE_INFINITY, call = callOperation }: { readonly most?: number; readonly call?: CallOperation } = {},
): AsyncGenerator<readonly unknown[], void> {
  const pageSize = operation.parameters.some(({ name }) => name === 'limit') ? Math.min(most, largestPage) : undefined;
  let left = most;
  let cursor: string | undefined;
  do {
    const query = { ...values.query, limit: pageSize, cursor };
    const page = (await (await call(operation, { ...values, query }, connection)).json()) as { items: unknown[]; next?: string };
    yield page.items.slice(0, left);
    left -= page.items.length;
    cursor = page.next;
  } while (cursor !== undefined && left > 0);
}

/** What the API takes for `limit` at most. */
const largestPage = 200;

function urlOf(operation: Operation, { path, query = {} }: CallValues, connection: Connection): URL {
  const filled = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = path[name] ?? '';
    // URLs drop such segments, and the request would be another operation.
    if (/^\.{0,2}$/.test(value)) throw new RangeError(`'${value}' is no ${name}`);
    return encodeURIComponent(value);
  });
  const url = new URL(filled.slice(1), connection.url);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}

async function presentTag(url: URL, connection: Connection): Promise<string | undefined> {
  try {
    const response = await send(new URL(url.pathname, url), connection, { method: 'GET' });
    await response.body?.cancel();
    return response.headers.get('etag') ?? undefined;
  } catch (error) {
    // What does not exist yet has no version that could be meant.
    if (error instanceof ApiProblem && error.status === 404) return undefined;
    throw error;
  }
}

async function send(url: URL, { credential, fetch, host, isLongshore }: Connection, init: RequestInit): Promise<Response> {
  const authorization =
    credential === undefined
      ? undefined
      : 'token' in credential
        ? `Bearer ${credential.token}`
        : basicAuthorization({ username: credential.name, password: credential.password });
  // A redirect would carry the credentials to wherever it points.
  const headers = {
    accept: 'application/json, application/problem+json, */*;q=0.5',
    ...init.headers,
    ...(authorization !== undefined && { authorization }),
  };
  const response = await fetch(url, { ...init, headers, redirect: 'error' });
  if (isLongshore !== true && isForeign(response)) {
    await response.body?.cancel();
    throw new UsageError(`${host} is no Longshore, and only a Longshore can do this`);
  }
  if (!response.ok) throw await ApiProblem.of(response);
  return response;
}

/** Whether it is what other registries answer: nothing of that name, without saying so as the API does, or a page for browsers. */
function isForeign({ ok, status, headers }: Response): boolean {
  const type = headers.get('content-type') ?? '';
  return ok ? type.startsWith('text/html') : (status === 404 || status === 405) && !type.startsWith('application/problem+json');
}
