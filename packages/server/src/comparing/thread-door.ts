import type { MessagePort } from 'node:worker_threads';
import { piecesAhead, type ThreadAnswer, type ThreadWord } from './thread-messages.ts';

interface LayerQueue {
  readonly pieces: (Uint8Array<ArrayBuffer> | undefined)[];
  wake: () => void;
}

/** The thread's side of what it and its owner say to each other. */
export class ThreadDoor {
  readonly #port: MessagePort;
  readonly #queues = new Map<number, LayerQueue>();
  #taken: (() => void) | undefined;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on('message', (answer: ThreadAnswer) => this.#hear(answer));
  }

  say(word: ThreadWord, given: ArrayBuffer[] = []): void {
    this.#port.postMessage(word, given);
  }

  /** Gives pages away. Resolves when the owner has taken them. */
  sayPages(word: ThreadWord & { kind: 'pages' }): Promise<void> {
    return new Promise((resolve) => {
      this.#taken = resolve;
      this.say(
        word,
        word.pages.map(({ entries }) => entries.buffer),
      );
    });
  }

  /** The packed bytes of a layer; a piece is gone when the next one is asked for. */
  async *pieces(layer: number): AsyncGenerator<Buffer> {
    const queue: LayerQueue = { pieces: [], wake: () => undefined };
    this.#queues.set(layer, queue);
    for (let ahead = 0; ahead < piecesAhead; ahead += 1) this.say({ kind: 'more', layer });
    try {
      for (;;) {
        if (queue.pieces.length === 0) await new Promise<void>((resolve) => (queue.wake = resolve));
        const piece = queue.pieces.shift();
        if (piece === undefined) return;
        yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
        this.say({ kind: 'more', layer, used: piece }, [piece.buffer]);
      }
    } finally {
      this.#queues.delete(layer);
      this.say({ kind: 'close', layer });
    }
  }

  #hear(answer: ThreadAnswer): void {
    if (answer.kind === 'taken') {
      this.#taken?.();
      return;
    }
    const queue = this.#queues.get(answer.layer);
    queue?.pieces.push(answer.piece);
    queue?.wake();
  }
}
