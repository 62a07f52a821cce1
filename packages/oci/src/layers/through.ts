import type { Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';

/** What zlib writes into at once: a buffer of its own for each, since it is longer than what buffers are cut out of. */
const chunkSize = 256 * 1024;

/**
 * Unpacks pieces. A piece that was given is not touched any more when the next one is asked for; one that is taken is gone when the next is
 * taken. Whoever stops early stops the pieces as well.
 */
export async function* through(pieces: AsyncIterable<Buffer>, form: 'gzip' | 'zstd'): AsyncGenerator<Buffer> {
  const transform = form === 'gzip' ? createGunzip({ chunkSize }) : createZstdDecompress({ chunkSize });
  const feeding = feed(pieces, transform);
  let last: Buffer<ArrayBuffer> | undefined;
  try {
    for await (const piece of outputOf(transform)) {
      // A chunk that is not the one before shows that zlib writes to that no more: to leave it to the collector costs 50 MB.
      if (last !== undefined && last.buffer !== piece.buffer) release(last);
      last = piece;
      yield piece;
    }
  } finally {
    transform.destroy();
    await feeding;
  }
}

/** What went wrong with the pieces is thrown by whoever takes the output. */
async function feed(pieces: AsyncIterable<Buffer>, transform: Transform): Promise<void> {
  // Not a race with a promise of the end: that would keep every piece until then.
  let goOn = (): void => undefined;
  transform.once('close', () => goOn());
  try {
    for await (const piece of pieces) {
      // After the end of what is packed, and after a fault, nothing is written any more.
      if (transform.destroyed) return;
      await new Promise<void>((resolve) => {
        goOn = resolve;
        transform.write(piece, () => resolve());
      });
      if (transform.destroyed) return;
    }
    transform.end();
  } catch (error) {
    transform.destroy(error as Error);
  }
}

/** What the transform makes, chunk by chunk: its own iterator joins what has gathered, and then nobody knows whose memory it is. */
async function* outputOf(transform: Transform): AsyncGenerator<Buffer<ArrayBuffer>> {
  const held: Buffer<ArrayBuffer>[] = [];
  let wake = (): void => undefined;
  let fault: unknown;
  transform.on('data', (piece: Buffer<ArrayBuffer>) => {
    held.push(piece);
    transform.pause();
    wake();
  });
  transform.on('error', (error) => {
    fault = error;
  });
  transform.on('end', () => wake());
  transform.on('close', () => wake());
  for (;;) {
    const piece = held.shift();
    if (piece !== undefined) yield piece;
    else if (fault !== undefined) throw fault;
    else if (transform.readableEnded || transform.destroyed) return;
    else {
      const woken = new Promise<void>((resolve) => (wake = resolve));
      transform.resume();
      await woken;
    }
  }
}

/** Gives memory back at once. */
function release({ buffer }: Buffer<ArrayBuffer>): void {
  if (buffer.byteLength === chunkSize) buffer.transfer(0);
}
