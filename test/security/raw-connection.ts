import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A TCP connection that speaks HTTP by hand, so that it can misbehave. */
export class RawConnection {
  readonly socket: Socket;
  #received = Buffer.alloc(0);
  #ended = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (piece: Buffer) => {
      this.#received = Buffer.concat([this.#received, piece]);
      socket.emit('progress');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#ended = true;
      socket.emit('progress');
    });
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  /** Everything received so far. */
  get received(): string {
    return this.#received.toString('latin1');
  }

  get ended(): boolean {
    return this.#ended;
  }

  send(text: string | Uint8Array): void {
    this.socket.write(text);
  }

  /** The received text as soon as it matches; rejects when the connection ends without. */
  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.received)) {
      if (this.#ended) throw new Error(`the connection ended after: ${JSON.stringify(this.received.slice(0, 2000))}`);
      await this.#progress();
    }
    return this.received;
  }

  /** Everything that was received when the connection has ended. */
  async untilEnd(): Promise<string> {
    while (!this.#ended) await this.#progress();
    return this.received;
  }

  #progress(): Promise<void> {
    // Not events.once, which rejects at an error: here errors only mean that nothing more will come.
    return new Promise((resolve) => this.socket.once('progress', resolve));
  }

  /** Cuts the connection without a word. */
  cut(): void {
    this.socket.resetAndDestroy();
  }
}

/** A request as text, with Host. */
export function requestText(method: string, path: string, headers: Readonly<Record<string, string | number>> = {}, body = ''): string {
  const lines = Object.entries({ host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}
