import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How many requests may wait behind the one that is being answered; whoever sends more ahead is cut off. */
const mostAhead = 64;

interface Turn {
  /** Resolves when every request so far is answered, or its connection gone. */
  answered: Promise<void>;
  waiting: number;
}

/**
 * Requests that a client sends ahead on one connection (pipelining) are served one after the other. Node would hand them
 * all over at once, and a single connection could hold any number of blobs open; an answer that waits behind another
 * would not even hear that the client is gone.
 */
export class Turns {
  readonly #turns = new WeakMap<Socket, Turn>();

  /** Runs `work` when all earlier requests of the connection are answered; not at all when it is gone by then. */
  async take(request: IncomingMessage, response: ServerResponse, work: () => Promise<void>): Promise<void> {
    const { socket } = request;
    const turn = this.#turns.get(socket) ?? { answered: Promise.resolve(), waiting: 0 };
    this.#turns.set(socket, turn);
    const before = turn.answered;
    const { promise, resolve } = Promise.withResolvers<void>();
    turn.answered = promise;
    response.once('close', resolve);
    turn.waiting += 1;
    if (turn.waiting > mostAhead) socket.destroy();
    await before;
    turn.waiting -= 1;
    if (socket.destroyed) {
      // An answer that never got its turn is not told that the connection closed.
      resolve();
      return;
    }
    await work();
  }
}
