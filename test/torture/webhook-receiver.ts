import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SeededRandom } from './seeded-random.ts';

/** Somebody who is told of events, and who fails at times. */
export class WebhookReceiver {
  /** Ids of the events that it said it had received. */
  readonly received = new Set<string>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(random: SeededRandom): Promise<WebhookReceiver> {
    const server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      // Whoever broke off gets nothing, and will tell again.
      request.on('error', () => response.destroy());
      request.on('end', () => {
        if (random.chance(0.15)) return fail(random, response);
        receiver.received.add((JSON.parse(Buffer.concat(pieces).toString()) as { id: string }).id);
        response.writeHead(204).end();
      });
    });
    server.unref();
    const receiver = new WebhookReceiver(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** An error, a broken connection, or no answer at all. */
function fail(random: SeededRandom, response: ServerResponse): void {
  const way = random.between(0, 3);
  if (way === 0) response.destroy();
  else if (way < 3) response.writeHead(500).end();
}
