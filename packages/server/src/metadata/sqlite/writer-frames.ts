import { deserialize, serialize } from 'node:v8';

const headerBytes = 4;

/** A message as bytes: four for the length, then the structured clone of the message. */
export function toFrame(message: unknown): Buffer {
  const body = serialize(message);
  const frame = Buffer.allocUnsafe(headerBytes + body.byteLength);
  frame.writeUInt32LE(body.byteLength, 0);
  frame.set(body, headerBytes);
  return frame;
}

/** Puts messages together again from bytes as they arrive. Only for peers that are trusted like this process itself. */
export class FrameReader {
  readonly #onMessage: (message: unknown) => void;
  #pieces: Buffer[] = [];
  #bytes = 0;

  constructor(onMessage: (message: unknown) => void) {
    this.#onMessage = onMessage;
  }

  /** Takes the next bytes; calls back for each message that they complete. */
  push(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#bytes += piece.byteLength;
    for (let length = this.#nextLength(); length !== undefined; length = this.#nextLength()) {
      const bytes = this.#joined();
      this.#pieces = [bytes.subarray(headerBytes + length)];
      this.#bytes -= headerBytes + length;
      this.#onMessage(deserialize(bytes.subarray(headerBytes, headerBytes + length)));
    }
  }

  /** The length of the first message when all of it is here. */
  #nextLength(): number | undefined {
    if (this.#bytes < headerBytes) return undefined;
    const [first] = this.#pieces;
    const head = first !== undefined && first.byteLength >= headerBytes ? first : this.#joined();
    const length = head.readUInt32LE(0);
    return this.#bytes >= headerBytes + length ? length : undefined;
  }

  #joined(): Buffer {
    const [first] = this.#pieces;
    const bytes = this.#pieces.length === 1 && first !== undefined ? first : Buffer.concat(this.#pieces);
    this.#pieces = [bytes];
    return bytes;
  }
}
