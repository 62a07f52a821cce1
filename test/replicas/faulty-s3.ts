import { request as ask, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** What an S3 service may do to those who use it. */
export const s3Faults = ['errors', 'slow-down', 'cuts', 'hangs', 'crawl', 'etag-lies'] as const;
export type S3Fault = (typeof s3Faults)[number];

/** Of the requests while a fault lasts. */
const shareHit = 0.6;
const crawlBytes = 4096;
const crawlMs = 10;

interface Reply {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/**
 * Passes requests on to a real S3 service as they were signed, and does harm to some of them while it is told to: before the
 * service got the request, or after it has done what was asked and before anybody hears of it.
 */
export class FaultyS3 {
  readonly #target: URL;
  readonly #server: Server;
  #fault: S3Fault | undefined;
  #over: AbortController = new AbortController();

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  static async start(endpoint: string): Promise<FaultyS3> {
    const proxy = new FaultyS3(new URL(endpoint));
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Does this to requests from now on; undefined: leaves them alone, and lets go of those that hang. */
  set(fault: S3Fault | undefined): void {
    this.#fault = fault;
    this.#over.abort();
    this.#over = new AbortController();
  }

  async stop(): Promise<void> {
    this.set(undefined);
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = Math.random() < shareHit ? this.#fault : undefined;
    const over = this.#over.signal;
    const before = Math.random() < 0.5;
    const body = await received(request, fault === 'crawl' ? over : undefined);
    if (fault === 'slow-down') return refuse(response, 503, 'SlowDown');
    if (fault === 'errors' && before) return refuse(response, 500, 'InternalError');
    if (fault === 'cuts' && before) return void response.destroy();
    if (fault === 'hangs' && before) return hang(response, over);
    const reply = await this.#forward(request, body);
    if (fault === 'errors') return refuse(response, 500, 'InternalError');
    if (fault === 'cuts') return sendHalf(response, reply);
    if (fault === 'hangs') return hang(response, over);
    if (fault === 'crawl') return crawl(response, reply, over);
    send(response, fault === 'etag-lies' ? withOtherEtags(reply) : reply);
  }

  /** The signature covers the header Host: it is sent as it came. */
  #forward(request: IncomingMessage, body: Buffer): Promise<Reply> {
    const { hostname, port } = this.#target;
    const headers = Object.entries(request.headersDistinct).flatMap(([name, values]) => (values ?? []).flatMap((value) => [name, value]));
    return new Promise((resolve, reject) => {
      const forwarded = ask(
        { hostname, port, method: request.method, path: request.url, headers: without(headers, 'expect') },
        (answer) => {
          received(answer).then((bytes) => resolve({ status: answer.statusCode ?? 0, headers: answer.rawHeaders, body: bytes }), reject);
        },
      );
      forwarded.on('error', reject);
      forwarded.end(body);
    });
  }
}

/** All bytes; slowly until the signal, when there is one. */
async function received(message: IncomingMessage, slowUntil?: AbortSignal): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of message) {
    pieces.push(piece as Buffer);
    const turns = Math.ceil((piece as Buffer).length / crawlBytes);
    if (slowUntil?.aborted === false) await wait(turns * crawlMs, undefined, { signal: slowUntil }).catch(() => undefined);
  }
  return Buffer.concat(pieces);
}

function refuse(response: ServerResponse, status: number, code: string): void {
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>a fault</Message></Error>`;
  response.writeHead(status, { 'content-type': 'application/xml', 'content-length': body.length }).end(body);
}

/** Answers nothing until the signal, and then never. */
async function hang(response: ServerResponse, over: AbortSignal): Promise<void> {
  await wait(600_000, undefined, { signal: over }).catch(() => undefined);
  response.destroy();
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, [...headers]).end(body);
}

/** Begins an answer that has a body, and breaks the connection. */
function sendHalf(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, [...headers]);
  response.write(body.subarray(0, body.length / 2), () => response.destroy());
}

async function crawl(response: ServerResponse, { status, headers, body }: Reply, over: AbortSignal): Promise<void> {
  response.writeHead(status, [...headers]);
  for (let at = 0; at < body.length && !over.aborted && !response.destroyed; at += crawlBytes) {
    response.write(body.subarray(at, at + crawlBytes));
    await wait(crawlMs);
    if (over.aborted || at + crawlBytes >= body.length) return void response.end(body.subarray(at + crawlBytes));
  }
  response.end();
}

/** Wherever an answer names an ETag, another of the same form. */
function withOtherEtags({ status, headers, body }: Reply): Reply {
  const other = `"${'0123456789abcdef'.repeat(2)}"`;
  const changed = headers.map((value, index) => (headers[index - 1]?.toLowerCase() === 'etag' && index % 2 === 1 ? other : value));
  if (!body.subarray(0, 5).equals(Buffer.from('<?xml'))) return { status, headers: changed, body };
  const text = Buffer.from(body.toString().replace(/(<ETag>)[^<]*(<\/ETag>)/g, `$1${other.replaceAll('"', '&quot;')}$2`));
  const length = changed.map((value, index) => (headers[index - 1]?.toLowerCase() === 'content-length' ? String(text.length) : value));
  return { status, headers: length, body: text };
}

function without(headers: readonly string[], name: string): string[] {
  return headers.filter((_value, index) => headers[index - (index % 2)]?.toLowerCase() !== name);
}
