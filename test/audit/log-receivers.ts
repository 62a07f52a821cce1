import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import { makeAuthority, makeServerCertificate } from '../../packages/server/src/http/tls/certificate-writer.ts';

/** Something that takes log messages on loopback. */
export interface Receiver {
  readonly port: number;
  readonly messages: readonly string[];
  close(): Promise<void>;
}

/** Takes datagrams, each a message. */
export async function startUdpReceiver(): Promise<Receiver> {
  const messages: string[] = [];
  const socket = createSocket('udp4', (message) => messages.push(message.toString()));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    messages,
    close: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** Takes messages behind their lengths (RFC 6587). */
export function startTcpReceiver(port = 0): Promise<Receiver> {
  const messages: string[] = [];
  return listen(
    createServer((socket) => readFrames(socket, messages)),
    messages,
    port,
  );
}

/** The same over TLS (RFC 5425); `authority` is the certificate to trust. */
export async function startTlsReceiver(): Promise<Receiver & { readonly authority: string }> {
  const now = new Date();
  const authority = makeAuthority(['localhost'], now);
  const { certificate, key } = makeServerCertificate(authority, ['localhost'], now);
  const messages: string[] = [];
  const pair = { cert: certificate.toString(), key: key.export({ type: 'pkcs8', format: 'pem' }) };
  const server = createSecureServer(pair, (socket) => readFrames(socket, messages));
  server.on('tlsClientError', () => undefined);
  return { ...(await listen(server, messages, 0)), authority: authority.certificate.toString() };
}

/** Takes JSON lines; `answer` says with which status those are answered, and when. */
export async function startHttpReceiver(
  answer: (lines: readonly string[]) => number | Promise<number> = () => 204,
): Promise<Receiver & { readonly requests: { url: string | undefined; headers: IncomingHttpHeaders }[] }> {
  const messages: string[] = [];
  const requests: { url: string | undefined; headers: IncomingHttpHeaders }[] = [];
  const server = createHttpServer(async (request, response) => {
    const lines = Buffer.concat(await request.toArray())
      .toString()
      .trimEnd()
      .split('\n');
    requests.push({ url: request.url, headers: request.headers });
    const status = await answer(lines);
    if (status < 300) messages.push(...lines);
    response.writeHead(status, status < 400 && status >= 300 ? { location: '/elsewhere' } : {}).end();
  });
  return { ...(await listen(server, messages, 0)), requests };
}

async function listen(server: Server, messages: readonly string[], port: number): Promise<Receiver> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    messages,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function readFrames(socket: Socket, messages: string[]): void {
  let rest = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.on('data', (piece: Buffer) => {
    rest = Buffer.concat([rest, piece]);
    for (;;) {
      const space = rest.indexOf(' ');
      const length = Number(rest.subarray(0, Math.max(0, space)).toString());
      if (space < 1 || rest.byteLength < space + 1 + length) return;
      messages.push(rest.subarray(space + 1, space + 1 + length).toString());
      rest = rest.subarray(space + 1 + length);
    }
  });
}
