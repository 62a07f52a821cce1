import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2';
import type { Answer, SendOptions, TestClient } from './http-client.ts';

/** Sends requests over one HTTP/2 connection, which is made when it is needed. */
export class Http2Client implements TestClient {
  readonly #baseUrl: string;
  readonly #ca: string;
  #session: ClientHttp2Session | undefined;

  constructor(baseUrl: string, ca: string) {
    this.#baseUrl = baseUrl;
    this.#ca = ca;
  }

  send(method: string, path: string, { headers, body, pieces, authorization }: SendOptions = {}): Promise<Answer> {
    const length = pieces === undefined ? { 'content-length': String(body === undefined ? 0 : Buffer.byteLength(body)) } : {};
    const all = { ...length, ...(authorization === undefined ? {} : { authorization }), ...headers };
    return new Promise((resolve, reject) => {
      const stream = this.#connect().request({ ':method': method, ':path': path, ...all });
      const received: Buffer[] = [];
      let answered: IncomingHttpHeaders & { ':status'?: number | undefined } = {};
      stream.on('response', (answer) => {
        answered = answer;
      });
      stream.on('data', (piece: Buffer) => received.push(piece));
      stream.on('error', reject);
      // Whatever is not sent yet when the answer is complete need not be sent.
      stream.on('end', () => {
        const { ':status': status = 0, ...rest } = answered;
        resolve({ status, headers: rest, body: Buffer.concat(received) });
      });
      for (const piece of pieces ?? []) stream.write(piece);
      stream.end(body);
    });
  }

  close(): void {
    this.#session?.destroy();
  }

  #connect(): ClientHttp2Session {
    if (this.#session === undefined || this.#session.closed || this.#session.destroyed) {
      this.#session = connect(this.#baseUrl, { ca: this.#ca });
      // Its streams tell.
      this.#session.on('error', () => undefined);
    }
    return this.#session;
  }
}
