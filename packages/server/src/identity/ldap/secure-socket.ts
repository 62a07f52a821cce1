import { readFile } from 'node:fs/promises';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectSecure, type TLSSocket } from 'node:tls';
import { startTlsAnswer, startTlsRequest } from './start-tls.ts';

/** A server of a directory. */
export interface DirectoryServer {
  /** As in the settings, for messages. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly security: 'tls' | 'start-tls' | 'plain';
  readonly authorityFile: string | undefined;
}

/** Told of each step that worked, by those who want to know how far it got. */
export type OnStep = (step: 'connect' | 'tls', socket: Socket) => void;

const longestAnswer = 4096;

/** Reads where a server is from its URL; `startTls` is for `ldap://` alone. */
export function serverOf(
  url: string,
  { startTls, authorityFile }: { startTls: boolean; authorityFile?: string | undefined },
): DirectoryServer {
  const { protocol, hostname, port } = new URL(url);
  const isSecure = protocol === 'ldaps:';
  return {
    url,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isSecure ? 636 : 389) : Number(port),
    security: isSecure ? 'tls' : startTls ? 'start-tls' : 'plain',
    authorityFile,
  };
}

/**
 * A connection on which secrets may be said: with TLS its other end has proved its name. Rejects with the reason, at the latest when
 * `signal` aborts. The library could do this too, but takes what somebody puts between the answer to StartTLS and the first byte of TLS
 * for words of the server, and connects again later without a word and without TLS.
 */
export async function openSocket(server: DirectoryServer, signal: AbortSignal, onStep: OnStep = () => undefined): Promise<Socket> {
  const trusted = server.authorityFile === undefined ? {} : { ca: await readFile(server.authorityFile, 'utf8') };
  signal.throwIfAborted();
  const socket = connect(server.port, server.host);
  socket.setNoDelay(true);
  await settled(socket, signal, (done) => socket.once('connect', done));
  onStep('connect', socket);
  if (server.security === 'plain') return socket;
  if (server.security === 'start-tls') await startTls(socket, signal);
  const name = isIP(server.host) === 0 ? { servername: server.host } : {};
  const secure: TLSSocket = connectSecure({ socket, host: server.host, ...name, ...trusted });
  await settled(secure, signal, (done) => secure.once('secureConnect', done));
  onStep('tls', secure);
  return secure;
}

async function startTls(socket: Socket, signal: AbortSignal): Promise<void> {
  let received = Buffer.alloc(0);
  let onData: (bytes: Buffer) => void = () => undefined;
  await settled(socket, signal, (done) => {
    onData = (bytes) => {
      received = Buffer.concat([received, bytes]);
      const answer = startTlsAnswer(received);
      if (answer === 'granted') done();
      else if (answer !== 'incomplete') socket.destroy(new Error(`StartTLS: ${answer}`));
      else if (received.length > longestAnswer) socket.destroy(new Error('StartTLS: the answer has no end'));
    };
    socket.on('data', onData).write(startTlsRequest);
  });
  socket.off('data', onData);
}

/** Waits for `begin` to call back, and rejects when the socket fails or closes before, or `signal` aborts: then it is destroyed. */
async function settled(socket: Socket, signal: AbortSignal, begin: (done: () => void) => void): Promise<void> {
  const abort = (): void => void socket.destroy(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  let fail: ((error: Error) => void) | undefined;
  let closed: (() => void) | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      fail = reject;
      closed = () => reject(new Error('the server closed the connection'));
      signal.addEventListener('abort', abort, { once: true });
      socket.once('error', fail).once('close', closed);
      begin(resolve);
    });
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
    // A late error of a socket that is given up must not end the process.
    socket.on('error', () => undefined);
    if (fail !== undefined) socket.off('error', fail);
    if (closed !== undefined) socket.off('close', closed);
  }
}
