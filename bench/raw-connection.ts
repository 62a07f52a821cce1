import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** What a server answered; `location` as it was sent. */
export interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
}

const headEnd = '\r\n\r\n';

/**
 * Just enough HTTP/1.1 over one kept connection, one request at a time: a client of node:http costs more processor time than some of
 * the servers that it measures, on the same cores.
 */
export class RawConnection {
  readonly #socket: Socket;
  readonly #host: string;
  #received = '';
  #waiting: { readonly method: string; resolve(answer: Answer): void; reject(error: Error): void } | undefined;
  #failure: Error | undefined;

  constructor(origin: string) {
    const { protocol, hostname, port, host } = new URL(origin);
    const target = { host: hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80) };
    this.#host = host;
    this.#socket = protocol === 'https:' ? connectTls({ ...target, servername: hostname }) : connect({ ...target, noDelay: true });
    // Every byte of an answer is kept as one character; a manifest's or an error's text is not read further.
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text: string) => this.#take(text));
    this.#socket.once('error', (error) => this.#fail(error));
    this.#socket.once('close', () => this.#fail(new Error('the server closed the connection')));
  }

  /** Sends one request and resolves to its answer, whatever its status; rejects when the connection breaks. */
  async send(method: string, path: string, headers: string, pieces: readonly Buffer[] = []): Promise<Answer> {
    if (this.#failure !== undefined) throw this.#failure;
    const answered = new Promise<Answer>((resolve, reject) => {
      this.#waiting = { method, resolve, reject };
    });
    const length = pieces.reduce((total, piece) => total + piece.length, 0);
    const head = `${method} ${path} HTTP/1.1\r\nHost: ${this.#host}\r\n${headers}Content-Length: ${length}${headEnd}`;
    const [first] = pieces;
    if (first !== undefined && first.length < 65_536) {
      this.#socket.write(Buffer.concat([Buffer.from(head), ...pieces]));
    } else {
      this.#socket.write(head);
      this.#sendFrom(pieces, 0);
    }
    return answered;
  }

  close(): void {
    this.#socket.destroy();
  }

  /** One piece at a time, so that the same buffer may be many pieces and nothing queues in this process. */
  #sendFrom(pieces: readonly Buffer[], index: number): void {
    const piece = pieces[index];
    if (piece !== undefined) this.#socket.write(piece, (error) => error ?? this.#sendFrom(pieces, index + 1));
  }

  #take(text: string): void {
    this.#received += text;
    for (;;) {
      const split = splitAnswer(this.#received, this.#waiting?.method !== 'HEAD');
      if (split === undefined) return;
      this.#received = split.rest;
      // 100 Continue and its like come before the answer.
      if (split.answer.status < 200) continue;
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting?.resolve(split.answer);
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#waiting?.reject(this.#failure);
    this.#waiting = undefined;
  }
}

/**
 * Takes the first whole answer off what was received (one character for each byte), or `undefined` while some of it is missing. What
 * answers HEAD has no body, whatever its head says.
 */
export function splitAnswer(received: string, hasBody = true): { readonly answer: Answer; readonly rest: string } | undefined {
  const end = received.indexOf(headEnd);
  if (end === -1) return undefined;
  const head = received.slice(0, end);
  const after = received.slice(end + headEnd.length);
  const answer = { status: Number(head.slice(9, 12)), location: header(head, 'location') };
  if (!hasBody) return { answer: { ...answer, body: '' }, rest: after };
  if (header(head, 'transfer-encoding')?.toLowerCase() === 'chunked') {
    const body = splitChunks(after);
    return body && { answer: { ...answer, body: body.text }, rest: body.rest };
  }
  const length = Number(header(head, 'content-length') ?? 0);
  if (after.length < length) return undefined;
  return { answer: { ...answer, body: after.slice(0, length) }, rest: after.slice(length) };
}

function splitChunks(received: string): { readonly text: string; readonly rest: string } | undefined {
  let text = '';
  for (let position = 0; ; ) {
    const lineEnd = received.indexOf('\r\n', position);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(received.slice(position, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (received.length < next) return undefined;
    if (size === 0) return { text, rest: received.slice(next) };
    text += received.slice(lineEnd + 2, lineEnd + 2 + size);
    position = next;
  }
}

function header(head: string, name: string): string | undefined {
  return new RegExp(`^${name}:[ \t]*(.*?)[ \t]*$`, 'im').exec(head)?.[1];
}
