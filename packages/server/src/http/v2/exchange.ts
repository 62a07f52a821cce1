import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Route } from '@longshore/oci';
import type { Authorizer, Principal } from '../../registry/ports/authorizer.ts';
import type { Actor } from '../../registry/ports/content-store.ts';
import type { Registry } from '../../registry/registry.ts';
import type { RegistryError } from '../../registry/registry-error.ts';
import type { Origin } from '../client-address.ts';
import type { TransferWatch } from '../transfer-watch.ts';

/** One request on its way through the fixed sequence: parsed, authenticated, and authorized for its route's action. */
export interface Exchange<R extends Route = Route> {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly route: R;
  readonly query: URLSearchParams;
  readonly origin: Origin;
  readonly principal: Principal;
  /** How history, events and upload sessions name the principal's subject. */
  readonly actor: Actor;
  /** The 401 for a token that was issued for less than this request can use. */
  readonly insufficientScope: () => RegistryError;
}

/** What the settings say about requests. */
export interface V2Limits {
  readonly manifestBytes: number;
  readonly uploadBytes: number;
  /** false: every DELETE answers 405. */
  readonly deletion: boolean;
}

/** What every handler may use. */
export interface V2Deps {
  readonly registry: Registry;
  readonly authorizer: Authorizer;
  readonly watch: TransferWatch;
  readonly limits: V2Limits;
}

export type Handler<R extends Route> = (exchange: Exchange<R>, deps: V2Deps) => Promise<void>;

/** Ends the response without a body. */
export function sendEmpty(response: ServerResponse, status: number, headers: Record<string, string | number>): void {
  response.writeHead(status, status === 204 ? headers : { 'Content-Length': 0, ...headers });
  response.end();
}

/** Ends the response with bytes; for HEAD with their length alone. */
export function sendBody(
  exchange: { request: IncomingMessage; response: ServerResponse },
  status: number,
  contentType: string,
  body: Uint8Array | string,
  headers: Record<string, string | number | string[]> = {},
): void {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  exchange.response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': length, ...headers });
  if (exchange.request.method === 'HEAD') exchange.response.end();
  else exchange.response.end(body);
}
