import { hash } from 'node:crypto';
import { type Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { BucketAddress } from './bucket-address.ts';
import { hashInTurns } from './hash-in-turns.ts';
import { type Patience, retryDelay } from './retry-policy.ts';
import { ServiceRefusal, SilenceError } from './s3-errors.ts';
import type { ServiceClock } from './service-clock.ts';
import { type Identity, queryText, type Signer, unsignedPayload } from './signature.ts';

/** One request about an object. */
export interface ObjectRequest {
  readonly method: 'GET' | 'PUT';
  readonly key: string;
  /** Names and values, not encoded. */
  readonly query?: readonly (readonly [string, string])[];
  /** In lower case, all `x-amz-`; they are signed. */
  readonly headers?: Readonly<Record<string, string>>;
  /** `bytes=0-99` */
  readonly range?: string;
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

/** What requests are made with. */
export interface RequestDeps {
  readonly address: BucketAddress;
  readonly agent: Agent;
  readonly signer: Signer;
  readonly clock: ServiceClock;
  /** The keys of this moment. */
  readonly identity: () => Promise<Identity>;
  readonly patience: Patience;
}

const emptyHash = hash('sha256', '');
const mostRefusalBytes = 64 * 1024;

/**
 * The requests of pushes and pulls: small objects, parts and reads. Made without the AWS SDK, which takes three times the
 * processor time for each. What may pass is repeated.
 */
export class S3Requests {
  readonly #deps: RequestDeps;

  constructor(deps: RequestDeps) {
    this.#deps = deps;
  }

  /** Resolves to an answer of status 2xx, its body unread; rejects with a `ServiceRefusal` or an error of the connection. */
  async send(request: ObjectRequest): Promise<IncomingMessage> {
    const payloadHash = await this.#hash(request.body);
    const startedAt = performance.now();
    for (let failures = 1; ; failures += 1) {
      try {
        return await this.#attempt(request, payloadHash);
      } catch (error) {
        request.signal?.throwIfAborted();
        const wait = retryDelay(error, failures, performance.now() - startedAt, this.#deps.patience);
        if (wait === undefined) throw error;
        await delay(wait, undefined, request.signal === undefined ? {} : { signal: request.signal });
      }
    }
  }

  /** Encrypted connections protect the body by themselves; on others the service compares its hash with the signed one. */
  #hash(body: Uint8Array | undefined): Promise<string> | string {
    if (this.#deps.address.protocol === 'https:') return unsignedPayload;
    return body === undefined ? emptyHash : hashInTurns(body);
  }

  async #attempt(request: ObjectRequest, payloadHash: string): Promise<IncomingMessage> {
    const { clock } = this.#deps;
    const identity = await this.#deps.identity();
    const answer = await this.#exchange(request, payloadHash, identity);
    const changed = clock.observe(answer.headers.date);
    if (isSuccess(answer)) return answer;
    const refusal = await readRefusal(answer);
    if (refusal.name !== 'RequestTimeTooSkewed' || !changed) throw refusal;
    return this.#attempt(request, payloadHash);
  }

  #exchange({ method, key, query = [], headers = {}, range, body, signal }: ObjectRequest, payloadHash: string, identity: Identity) {
    const { address, agent, signer, clock, patience } = this.#deps;
    const path = address.pathOf(key);
    const signed = signer.headers({ method, host: address.host, path, query }, payloadHash, headers, identity, clock.now());
    const all: Record<string, string | number> = { ...signed, host: address.host };
    if (range !== undefined) all['range'] = range;
    if (body !== undefined) all['content-length'] = body.length;
    const options = {
      agent,
      method,
      host: address.hostname.replace(/^\[|\]$/g, ''),
      port: address.port === '' ? undefined : address.port,
      path: query.length === 0 ? path : `${path}?${queryText(query)}`,
      headers: all,
      ...(signal === undefined ? {} : { signal }),
    };
    return new Promise<IncomingMessage>((resolve, reject) => {
      const sent = address.protocol === 'https:' ? httpsRequest(options, resolve) : httpRequest(options, resolve);
      // Also heard after the answer: a service may close the connection before it has read the whole body.
      sent.on('error', reject);
      sent.on('response', (answer: IncomingMessage) => {
        // Whoever reads an object may be slow, and listens for silence by itself.
        if (method === 'GET' && isSuccess(answer)) sent.setTimeout(0);
        // Of a body that was answered before it was sent nothing more is to go out: its memory may be used for another soon.
        answer.once('end', () => {
          if (!sent.writableFinished) sent.destroy();
        });
      });
      sent.setTimeout(patience.silenceMs, () => sent.destroy(new SilenceError(`no answer within ${patience.silenceMs} ms`)));
      sent.once('socket', (socket) => {
        if (!socket.connecting) return;
        const give = setTimeout(() => sent.destroy(new SilenceError(`no connection within ${patience.connectMs} ms`)), patience.connectMs);
        socket.once('connect', () => clearTimeout(give));
        socket.once('close', () => clearTimeout(give));
      });
      sent.end(body);
    });
  }
}

function isSuccess({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300;
}

async function readRefusal(answer: IncomingMessage): Promise<ServiceRefusal> {
  const { statusCode: status = 0 } = answer;
  let text = '';
  answer.setEncoding('utf8');
  for await (const piece of answer) {
    text += piece;
    // The rest of what is none is not waited for: the connection goes with it.
    if (text.length > mostRefusalBytes) break;
  }
  const field = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
  // Without a code somebody else answered, such as a proxy: a 404 of theirs says nothing about an object.
  return new ServiceRefusal(field('Code') ?? `HTTP ${status}`, status, field('Message') ?? answer.statusMessage ?? '', field('Region'));
}
