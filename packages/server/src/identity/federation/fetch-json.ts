import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import type { EndpointRule } from '../../registry/ports/endpoint-rule.ts';

/** How a document is asked for. */
interface FetchOptions {
  /** PEM; whoever serves the document over https proves itself to one of these. */
  readonly authorities: readonly string[];
  /** For the whole exchange. */
  readonly timeoutMs: number;
  readonly mostBytes: number;
  readonly endpoints: EndpointRule;
}

/**
 * The JSON document at an http or https URL. Rejects with what went wrong, in words: anything but 200 (redirects are not followed: keys come
 * from where the administrator said), too long, too slow, no JSON.
 */
export async function fetchJson(url: URL, { authorities, timeoutMs, mostBytes, endpoints }: FetchOptions): Promise<unknown> {
  const connection = endpoints(url);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const send = url.protocol === 'https:' ? secure : plain;
  const signal = AbortSignal.timeout(timeoutMs);
  const options = { ...connection, agent: false as const, signal, ca: [...authorities], headers: { accept: 'application/json' } };
  const request = send(url, options, (answer) => {
    if (answer.statusCode !== 200) {
      request.destroy(new Error(`it answered ${answer.statusCode ?? 0}`));
      return;
    }
    const pieces: Buffer[] = [];
    let bytes = 0;
    answer.on('data', (piece: Buffer) => {
      pieces.push(piece);
      bytes += piece.byteLength;
      if (bytes > mostBytes) request.destroy(new Error(`its answer has more than ${mostBytes} bytes`));
    });
    answer.once('end', () => resolve(Buffer.concat(pieces).toString('utf8')));
    answer.once('error', reject);
  });
  request.once('error', reject);
  request.end();
  try {
    return JSON.parse(await promise);
  } catch (error) {
    const reason = signal.aborted ? `no answer within ${timeoutMs} ms` : error instanceof Error ? error.message : String(error);
    throw new Error(`${url.href}: ${reason}`, { cause: error });
  }
}
