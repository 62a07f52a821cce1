import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';

/** A whole answer, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface SendOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Sent one by one and without Content-Length, instead of `body`. */
  readonly pieces?: readonly Uint8Array[];
  /** The value of Authorization. */
  readonly authorization?: string | undefined;
}

/** Sends requests as they are told: nothing is followed, repeated or decoded. */
export interface TestClient {
  /** One request; `path` is sent to the letter. Rejects when the connection breaks before the answer is complete. */
  send(method: string, path: string, options?: SendOptions): Promise<Answer>;
  close(): void;
}

/** Speaks HTTP/1.1. */
export class HttpClient implements TestClient {
  readonly #baseUrl: string;
  readonly #agent: Agent;

  /** `ca`: whom to trust for an https URL. */
  constructor(baseUrl: string, ca?: string) {
    this.#baseUrl = baseUrl;
    this.#agent = ca === undefined ? new Agent({ keepAlive: true }) : new SecureAgent({ keepAlive: true, ca });
  }

  send(method: string, path: string, { headers, body, pieces, authorization }: SendOptions = {}): Promise<Answer> {
    const { hostname, port, protocol } = new URL(this.#baseUrl);
    const ask = protocol === 'https:' ? secureRequest : request;
    const length = pieces === undefined ? { 'content-length': String(body === undefined ? 0 : Buffer.byteLength(body)) } : {};
    const all = { ...length, ...(authorization === undefined ? {} : { authorization }), ...headers };
    return new Promise((resolve, reject) => {
      const sent = ask({ hostname, port, path, method, headers: all, agent: this.#agent }, (response) => {
        const received: Buffer[] = [];
        response.on('data', (piece: Buffer) => received.push(piece));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(received) }));
      });
      sent.on('error', reject);
      for (const piece of pieces ?? []) sent.write(piece);
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
