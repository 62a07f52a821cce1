import { MessagesRefusedError } from '../registry/ports/log-receiver.ts';

/** Answers that are about what was sent, and not about who sends it, or where, or when (RFC 9110, section 15.5). */
const refusals: readonly number[] = [400, 413, 422];

/**
 * Sends JSON objects in one request, one a line. They have arrived when the answer is 2xx; nothing else is, redirects included: the
 * header `Authorization` goes nowhere but to this address. Rejects with a `MessagesRefusedError` where the receiver finds fault with them.
 */
export function postLines(
  objects: readonly string[],
  url: URL,
  { authorities, authorization }: { readonly authorities: readonly string[]; readonly authorization: string | undefined },
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const body = Buffer.from(objects.map((object) => `${object}\n`).join(''));
  // Loaded when it is needed: an `import` costs every start a whole HTTP client.
  const { request: send } = url.protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http');
  const headers = {
    'content-type': 'application/x-ndjson',
    'content-length': String(body.byteLength),
    ...(authorization !== undefined && { authorization }),
  };
  const request = send(url, { method: 'POST', agent: false, headers, signal, ca: [...authorities], rejectUnauthorized: true });
  request.on('error', reject);
  // Not every end is an error: a change of protocol that nobody asked for is none.
  request.once('close', () => reject(new Error('The connection ended without an answer.')));
  request.once('response', ({ statusCode = 0 }) => {
    if (statusCode >= 200 && statusCode < 300) resolve();
    else reject(new (refusals.includes(statusCode) ? MessagesRefusedError : Error)(`The receiver answered ${statusCode}.`));
    // What it says besides is of no use, and may be endless.
    request.destroy();
  });
  request.end(body);
  return promise;
}
