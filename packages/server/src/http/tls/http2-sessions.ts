import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { waitsForUs } from '../idle-connections.ts';
import { StreamRequest, StreamResponse } from './http2-exchange.ts';

export interface Http2Limits {
  /** All headers of one request together. */
  readonly headerBytes: number;
  /** A session without a stream, or on which nothing moved, is closed after that. */
  readonly idleTimeoutMs: number;
}

/** Streams that one connection may have at a time: a client pulls a few layers at once, and each may hold a buffer. */
const mostStreams = 64;
/** Bytes that a client may send ahead on one stream, and on all of a connection together. */
const streamWindowBytes = 1024 * 1024;
const sessionWindowBytes = 4 * 1024 * 1024;
/**
 * CVE-2023-44487: streams that a client may cancel at once, and then per second; whoever goes on is cut off. A client
 * cancels what it pulls when somebody presses Ctrl-C, a few streams.
 */
const cancelledAtOnce = 100;
const cancelledPerSecond = 10;
/** What a session may keep in memory before it accepts no more streams: every stream a piece of a blob, and headers. */
const sessionMegabytes = 80;
/** How long a client may take to close its side once it has heard that we closed ours. */
const lingerMs = 1_000;

/** The HTTP/2 side of a TLS port: gets connections that chose it, gives out requests. */
export interface Http2Sessions {
  /** Emits `request` and `checkContinue`; opens no port. */
  readonly server: Http2Server;
  /** Serves a connection whose client chose HTTP/2. */
  accept(socket: TLSSocket): void;
  /** Asks the client of one connection to leave; streams that run may finish. */
  release(socket: TLSSocket): void;
  /** Asks every client to leave (GOAWAY); streams that run may finish. */
  close(): void;
  destroy(): void;
}

/** What is asked and answered on a stream, as the listener takes it; none for what Node refuses itself. */
type ExchangeOf = WeakMap<ServerHttp2Stream, { readonly request: IncomingMessage; readonly response: ServerResponse }>;

/** Makes it with every bound that the protocol needs. */
export function createHttp2Sessions({ headerBytes, idleTimeoutMs }: Http2Limits): Http2Sessions {
  const server = createServer({
    settings: {
      maxConcurrentStreams: mostStreams,
      initialWindowSize: streamWindowBytes,
      maxHeaderListSize: headerBytes,
      enablePush: false,
    },
    maxSessionMemory: sessionMegabytes,
    streamResetBurst: cancelledAtOnce,
    streamResetRate: cancelledPerSecond,
    Http2ServerRequest: StreamRequest,
    Http2ServerResponse: StreamResponse,
  });
  const exchanges: ExchangeOf = new WeakMap();
  const remember = (request: StreamRequest, response: StreamResponse) =>
    exchanges.set(request.stream, { request: request as unknown as IncomingMessage, response: response as unknown as ServerResponse });
  server.on('request', remember).on('checkContinue', remember);
  const sessions = new Map<TLSSocket, ServerHttp2Session>();
  return {
    server,
    accept: (socket) => {
      server.once('session', (session) => {
        sessions.set(socket, session);
        session.setLocalWindowSize(sessionWindowBytes);
        closeWhenIdle(session, socket, exchanges, idleTimeoutMs);
      });
      socket.once('close', () => sessions.delete(socket));
      server.emit('connection', socket);
    },
    release: (socket) => sessions.get(socket)?.close(),
    close: () => {
      for (const session of sessions.values()) session.close();
    },
    destroy: () => {
      for (const [socket, session] of sessions) {
        session.destroy();
        socket.destroy();
      }
    },
  };
}

/**
 * Ends a session that has no stream for that long, pings or not, and one with streams on which nothing moves although no
 * client waits for us. The end of a session leaves its connection open until the client closes it too, or has read what was
 * still to be written: clients that do neither are cut off.
 */
function closeWhenIdle(session: ServerHttp2Session, socket: TLSSocket, exchanges: ExchangeOf, idleTimeoutMs: number): void {
  const open = new Set<ServerHttp2Stream>();
  const cutOff = () => setTimeout(() => socket.destroy(), lingerMs).unref();
  const quiet = setTimeout(() => {
    session.close();
    cutOff();
  }, idleTimeoutMs);
  socket.once('finish', cutOff).once('close', () => clearTimeout(quiet));
  session.on('stream', (stream) => {
    clearTimeout(quiet);
    // Reset without an error, a stream would wait for writes to finish that never will.
    stream.once('aborted', () => process.nextTick(() => stream.destroy()));
    open.add(stream);
    stream.once('close', () => {
      open.delete(stream);
      if (open.size === 0 && !socket.destroyed) quiet.refresh();
    });
  });
  session.setTimeout(idleTimeoutMs, () => {
    for (const stream of open) {
      const exchange = exchanges.get(stream);
      if (exchange !== undefined && waitsForUs(exchange)) return;
    }
    session.destroy(undefined, constants.NGHTTP2_NO_ERROR);
    cutOff();
  });
}
