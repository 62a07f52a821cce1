import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { isAnswer } from './answer-form.ts';
import { elementAt } from './start-tls.ts';

/** An entry of somebody in five thousand groups has less. */
const mostMessageBytes = 1_048_576;
/** Of all that is said to one question: a thousand groups are a few hundred kilobytes. */
const mostBytes = 2 * mostMessageBytes;
const mostMessages = 4000;
const noLdap = 'what it says is no LDAP: look whether the URL is that of the directory';
const remedy = 'make userFilter, groupFilter and groupBase narrower';

/**
 * A connection to a directory as the library reads it: one LDAP message (RFC 4511 section 5.1) at a time, and no more of them than a question
 * can need. The library goes a few calls deeper for every message that comes in one piece, until the stack ends and the process with it, and
 * holds whatever has no end. Is destroyed with an error that names the bound.
 */
export class AnswerStream extends Duplex {
  /** By these the library sees that it need not wait. */
  readonly readyState = 'open';
  readonly connecting = false;
  readonly #socket: Socket;
  #pieces: Buffer[] = [];
  #held = 0;
  /** Bytes of the message that has begun, as far as that is known. */
  #wanted = 0;
  #bytes = 0;
  #messages = 0;

  constructor(socket: Socket) {
    super({ readableObjectMode: true });
    this.#socket = socket;
    // Whoever asks is told by the library; nobody else has to know.
    this.on('error', () => undefined);
    socket.on('data', (bytes) => this.#take(bytes));
    socket.once('end', () => this.push(null));
    socket.once('error', (error) => this.destroy(error));
    socket.once('close', () => this.destroy());
  }

  /** Begins to count anew: what comes from now on answers another question. */
  beginQuestion(): void {
    this.#bytes = 0;
    this.#messages = 0;
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(bytes, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#pieces = [];
    this.#socket.destroy();
    done(error);
  }

  #take(bytes: Buffer): void {
    this.#bytes += bytes.length;
    if (this.#bytes > mostBytes) return this.#refuse(`it answers one question with more than ${mostBytes} bytes: ${remedy}`);
    for (let rest = bytes; rest.length > 0 && !this.destroyed; ) {
      this.#pieces.push(rest);
      this.#held += rest.length;
      if (this.#held < this.#wanted) return;
      const all = this.#pieces.length === 1 ? rest : Buffer.concat(this.#pieces);
      const message = elementAt(all, 0);
      // Six bytes hold every length that is possible.
      if (message === undefined ? all.length >= 6 : message.tag !== 0x30) return this.#refuse(noLdap);
      this.#wanted = message?.to ?? all.length + 1;
      if (this.#wanted > mostMessageBytes) return this.#refuse(`a message of it has more than ${mostMessageBytes} bytes: ${remedy}`);
      if (all.length < this.#wanted) {
        this.#pieces = [all];
        return;
      }
      this.#messages += 1;
      if (this.#messages > mostMessages) return this.#refuse(`it answers one question with more than ${mostMessages} messages: ${remedy}`);
      const whole = all.subarray(0, this.#wanted);
      if (!isAnswer(whole)) return this.#refuse(noLdap);
      this.push(whole);
      rest = all.subarray(this.#wanted);
      this.#pieces = [];
      this.#held = 0;
      this.#wanted = 0;
    }
  }

  #refuse(reason: string): void {
    this.destroy(new Error(reason));
  }
}
