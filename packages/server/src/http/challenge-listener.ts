import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../registry/ports/logger.ts';
import { connectionOf } from './connection.ts';
import { type ClientOrigins, type ConnectionLimits, limitConnections } from './connection-limits.ts';
import { answerMalformedRequests } from './malformed-requests.ts';

// Not imported: see listener.ts.
const { createServer } = process.getBuiltinModule('node:http');

export interface ChallengeListenerDeps {
  /** What to answer to a token; undefined when there is nothing. */
  readonly find: (token: string) => Promise<string | undefined>;
  /** Names of the registry, and `*.NAME`: who asks for another is sent nowhere. */
  readonly names: readonly string[];
  /** Where the registry itself is, on the same names. */
  readonly securePort: number;
  readonly limits: ConnectionLimits;
  readonly clients: ClientOrigins;
  readonly refusedConnection: () => void;
  readonly logger: Logger;
  /** Whether other processes of this host listen on the same port. */
  readonly isShared: boolean;
}

export interface ChallengeListener {
  listen(host: string | undefined, port: number): Promise<AddressInfo>;
  close(): void;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly location?: string;
}

const challengePath = /^\/\.well-known\/acme-challenge\/([\w-]{1,200})$/;
/** Anybody may ask: more at a time wait for nobody, and are asked to come again. */
const mostFinding = 32;
const requestMs = 10_000;
const nothing: Answer = { status: 404, text: 'There is nothing here: the registry is at https://.' };

/** The plain port beside TLS: answers authorities that look for proofs (RFC 8555 section 8.3), sends everybody else to https, serves nothing. */
export function createChallengeListener(deps: ChallengeListenerDeps): ChallengeListener {
  const server = createServer({ maxHeaderSize: 8192, headersTimeout: requestMs, requestTimeout: requestMs, keepAliveTimeout: 1 });
  limitConnections(server, deps.limits, deps.clients, deps.refusedConnection);
  answerMalformedRequests(server);
  let finding = 0;
  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const { method, url = '' } = request;
    if (method !== 'GET' && method !== 'HEAD') return { status: 400, text: 'This port serves no registry: use https:// in the address.' };
    const token = challengePath.exec(url)?.[1];
    if (token === undefined) return redirected(request, deps) ?? nothing;
    if (finding >= mostFinding) return { status: 503, text: 'Too many requests at a time: try again.' };
    finding += 1;
    try {
      const text = await deps.find(token);
      return text === undefined ? nothing : { status: 200, text };
    } catch (cause) {
      deps.logger.error('A certificate authority could not be answered.', { cause });
      return { status: 503, text: 'This cannot be looked up now: try again.' };
    } finally {
      finding -= 1;
    }
  };
  server.on('request', (request, response) => {
    if (connectionOf(request.socket).refusal !== undefined) return;
    void answer(request).then((given) => send(request, response, given));
  });
  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ port, reusePort: deps.isShared, ...(host === undefined ? {} : { host }) }, () => {
          server.off('error', reject);
          resolve(server.address() as AddressInfo);
        });
      }),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function send({ method }: IncomingMessage, response: ServerResponse, { status, text, location }: Answer): void {
  const headers = {
    'Content-Type': status === 200 ? 'application/octet-stream' : 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
    ...(location === undefined ? {} : { Location: location }),
    ...(status === 503 ? { 'Retry-After': '1' } : {}),
  };
  response.writeHead(status, headers).end(method === 'HEAD' ? undefined : text);
}

/** To the same path of the registry, when a name of its own was asked for. */
function redirected({ headers, url = '' }: IncomingMessage, { names, securePort }: ChallengeListenerDeps): Answer | undefined {
  const host = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d{1,5})?$/i.exec(headers.host ?? '')?.[1]?.toLowerCase();
  if (host === undefined || !isOurs(host.replace(/^\[(.*)\]$/, '$1'), names) || !url.startsWith('/')) return undefined;
  const port = securePort === 443 ? '' : `:${securePort}`;
  return { status: 308, text: 'The registry is at https://.', location: `https://${host}${port}${url}` };
}

function isOurs(host: string, names: readonly string[]): boolean {
  return names.includes(host) || names.includes(host.replace(/^[^.]+/, '*'));
}
