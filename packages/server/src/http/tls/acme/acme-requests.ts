import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { type Signer, signedBody } from './account-key.ts';
import { problemText, requireFields, requireSecure, requireUrl } from './acme-answer.ts';
import { AcmeError, unexpected } from './acme-error.ts';

export interface AcmeRequestOptions {
  /** Address of the authority's directory. */
  readonly directory: string;
  /** PEM certificates, one of which must have signed for the authority's own server. */
  readonly authorities: readonly string[];
  /** RFC 8555 section 6.1 wants one. */
  readonly userAgent: string;
  readonly signal: AbortSignal;
}

/** Where an authority takes which request (RFC 8555 section 7.1.1, RFC 9773 section 4.1). */
export interface AcmeDirectory {
  readonly newNonce: string;
  readonly newAccount: string;
  readonly newOrder: string;
  readonly renewalInfo: string | undefined;
}

/** An answer with a status below 400. */
export interface AcmeAnswer {
  readonly status: number;
  readonly body: string;
  readonly location: string | undefined;
  readonly retryAfterMs: number | undefined;
}

const timeoutMs = 30_000;
/** A long chain has 20 KiB. */
const mostBytes = 1024 * 1024;
/** Nonces run out while we hold them; an authority that refuses so many in a row does not work. */
const mostNonces = 10;

/** Asks one authority, over TLS alone, with fresh nonces. Every failure is an `AcmeError`, except that of the signal. */
export class AcmeRequests {
  readonly #options: AcmeRequestOptions;
  readonly #agent: Agent;
  readonly #nonces: string[] = [];
  #directory: AcmeDirectory | undefined;

  constructor(options: AcmeRequestOptions) {
    this.#options = options;
    this.#agent = new Agent({ keepAlive: true, ca: [...options.authorities] });
  }

  async directory(): Promise<AcmeDirectory> {
    if (this.#directory !== undefined) return this.#directory;
    const fields = await this.get(this.#options.directory, 'the directory');
    const { renewalInfo } = fields;
    this.#directory = {
      newNonce: requireUrl(fields, 'newNonce', 'the directory'),
      newAccount: requireUrl(fields, 'newAccount', 'the directory'),
      newOrder: requireUrl(fields, 'newOrder', 'the directory'),
      renewalInfo: typeof renewalInfo === 'string' ? requireSecure(renewalInfo, 'renewalInfo of the directory') : undefined,
    };
    return this.#directory;
  }

  /** Reads what needs no account. `what` names it in errors. */
  async get(url: string, what: string): Promise<Readonly<Record<string, unknown>> & { readonly retryAfterMs?: number }> {
    const answer = await this.#send('GET', requireSecure(url, what));
    return { ...jsonOf(answer, what), ...(answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs }) };
  }

  /** Sends a signed request; without a payload it only reads. */
  async post(signer: Signer, url: string, payload?: object): Promise<AcmeAnswer> {
    for (let left = mostNonces; ; left -= 1) {
      const nonce = this.#nonces.pop() ?? (await this.#newNonce());
      try {
        return await this.#send('POST', url, signedBody(signer, url, nonce, payload));
      } catch (error) {
        if (!(error instanceof AcmeError) || error.type !== 'badNonce' || left === 0) throw error;
      }
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  async #newNonce(): Promise<string> {
    const { newNonce } = await this.directory();
    await this.#send('HEAD', newNonce);
    const nonce = this.#nonces.pop();
    if (nonce === undefined) throw unexpected('newNonce gives no nonce');
    return nonce;
  }

  async #send(method: 'GET' | 'HEAD' | 'POST', url: string, body?: string): Promise<AcmeAnswer> {
    const { userAgent, signal } = this.#options;
    signal.throwIfAborted();
    const answer = Promise.withResolvers<IncomingMessage>();
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const headers = { 'User-Agent': userAgent, ...(body === undefined ? {} : { 'Content-Type': 'application/jose+json' }) };
    const sent = request(url, { method, headers, agent: this.#agent, signal: limit });
    sent.once('response', answer.resolve).once('error', answer.reject).end(body);
    try {
      return this.#read(await answer.promise, await readText(await answer.promise));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof AcmeError) throw error;
      const reason = limit.aborted ? `no answer within ${timeoutMs / 1000} s` : error instanceof Error ? error.message : String(error);
      throw new AcmeError('unreachable', `The certificate authority at ${new URL(url).host} cannot be asked: ${reason}.`, { cause: error });
    }
  }

  #read({ headers, statusCode: status = 0 }: IncomingMessage, body: string): AcmeAnswer {
    const nonce = headers['replay-nonce'];
    if (typeof nonce === 'string' && /^[\w-]{1,200}$/.test(nonce)) this.#nonces.push(nonce);
    const retryAfterMs = millisOf(headers['retry-after']);
    if (status < 400) return { status, body, location: headers.location, retryAfterMs };
    throw errorOf(status, body, retryAfterMs);
  }
}

/** The object that an answer holds; throws `AcmeError`. */
export function jsonOf({ body }: AcmeAnswer, what: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw unexpected(`${what} is no JSON`);
  }
  return requireFields(value, what);
}

function errorOf(status: number, body: string, retryAfterMs: number | undefined): AcmeError {
  let problem: unknown;
  try {
    problem = JSON.parse(body);
  } catch {
    problem = undefined;
  }
  const fields = typeof problem === 'object' && problem !== null ? (problem as Readonly<Record<string, unknown>>) : {};
  const named = /^urn:ietf:params:acme:error:(\w+)$/.exec(String(fields['type']))?.[1];
  const type = named ?? (status === 429 ? 'rateLimited' : status >= 500 ? 'serverInternal' : 'unexpected');
  return new AcmeError(type, `The certificate authority refused (${status} ${type}): ${problemText(fields)}`, { retryAfterMs });
}

async function readText(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw unexpected('more than 1 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** `Retry-After` is seconds or a date (RFC 9110 section 10.2.3). */
function millisOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
