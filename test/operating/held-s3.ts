import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Passes requests on to a real S3 service as they were signed, counts reads, and holds their bytes back when told to. */
export interface HeldS3 {
  readonly endpoint: string;
  /** Bytes of objects that were read. */
  bytesRead(): number;
  /** From now on no read gets more than so many bytes; undefined: all it wants. */
  hold(bytes: number | undefined): void;
  stop(): Promise<void>;
}

/** Starts it on loopback. */
export async function holdS3(target: string): Promise<HeldS3> {
  const { hostname, port } = new URL(target);
  let bytesRead = 0;
  let most: number | undefined;
  const pass = async (incoming: IncomingMessage, response: ServerResponse, answer: IncomingMessage): Promise<void> => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    const closed = new Promise<void>((done) => response.once('close', () => done()));
    let passed = 0;
    for await (const piece of answer) {
      while (most !== undefined && passed >= most && !response.destroyed) await delay(5);
      if (response.destroyed) return;
      passed += (piece as Buffer).length;
      if (incoming.method === 'GET') bytesRead += (piece as Buffer).length;
      if (!response.write(piece)) await Promise.race([closed, new Promise<void>((done) => response.once('drain', () => done()))]);
    }
    response.end();
  };
  const server = createServer((incoming, response) => {
    const { method, url, rawHeaders } = incoming;
    const onward = request({ hostname, port, method, path: url, headers: rawHeaders }, (answer) => {
      pass(incoming, response, answer).catch(() => response.destroy());
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bytesRead: () => bytesRead,
    hold: (bytes) => {
      most = bytes;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
