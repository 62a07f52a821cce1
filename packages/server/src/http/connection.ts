import type { Socket } from 'node:net';
import type { ShownCertificate } from '../registry/ports/shown-certificate.ts';
import { plainAddress } from './client-address.ts';
import type { HttpExchange } from './http-exchange.ts';
import type { RememberedAdmission } from './remembered-admission.ts';

const key = Symbol('connection');

/** What the listener knows of one connection. It hangs on the socket itself, where it is found faster than in a map. */
export interface Connection {
  /** The address of the other end, which may be a proxy. */
  readonly peer: string;
  /** Whether it is encrypted. */
  readonly secure: boolean;
  /** The answer to a connection beyond the limits: no request that still comes over it may be served. */
  refusal: string | undefined;
  /** What the client showed when it connected, judged anew at each call; undefined: nothing, or it was not asked. */
  certificate: (() => ShownCertificate) | undefined;
  /** What was found out about who may do what they last asked for. */
  admission: RememberedAdmission | undefined;
  /** Over HTTP/1, every answer is the last of the connection. */
  ending: boolean;
  /** The exchange that is being served; over HTTP/1 there is only one at a time. */
  current: HttpExchange | undefined;
  /** What the client sent ahead of its turn, in order. */
  readonly ahead: HttpExchange[];
}

/** The connection of a socket, from its first request or limit check to its end. */
export function connectionOf(socket: Socket): Connection {
  const holder = socket as Socket & { [key]?: Connection };
  holder[key] ??= {
    peer: plainAddress(socket.remoteAddress ?? ''),
    secure: 'encrypted' in socket,
    refusal: undefined,
    certificate: undefined,
    admission: undefined,
    ending: false,
    current: undefined,
    ahead: [],
  };
  return holder[key];
}
