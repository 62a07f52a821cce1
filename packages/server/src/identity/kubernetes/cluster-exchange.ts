import { type Agent, request } from 'node:https';

/** Larger answers are none: a review has a few kilobytes. */
const mostAnswerBytes = 256 * 1024;

/** The API server is well, and does not take this very question. */
export class RefusedQuestion extends Error {}

interface Exchange {
  readonly url: URL;
  readonly method: string;
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/**
 * One question to an API server, which asks nothing that must not be asked twice: on a kept connection that had just ended it is asked
 * again. Rejects when no answer comes until the signal, and with `RefusedQuestion` when it is too long.
 */
export async function exchangeJson(exchange: Exchange): Promise<Answer> {
  const first = await exchangeOnce(exchange);
  if (first !== 'connection-ended') return first;
  const second = await exchangeOnce({ ...exchange, headers: { ...exchange.headers, connection: 'close' } });
  if (second === 'connection-ended') throw new Error('the connection ended twice');
  return second;
}

function exchangeOnce({ url, method, agent, headers, body, signal }: Exchange): Promise<Answer | 'connection-ended'> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, agent, headers, signal }, (response) => {
      const pieces: Buffer[] = [];
      let length = 0;
      response.on('data', (piece: Buffer) => {
        pieces.push(piece);
        length += piece.length;
        if (length > mostAnswerBytes) sent.destroy(new RefusedQuestion(`an answer of more than ${mostAnswerBytes} bytes`));
      });
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(pieces).toString() }));
      response.once('error', reject);
    });
    sent.once('error', (error: NodeJS.ErrnoException) => {
      if (sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE')) resolve('connection-ended');
      else reject(error);
    });
    sent.end(body);
  });
}
