import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** What a transform makes of pieces. Whoever stops early stops the pieces as well. */
export async function* through(pieces: AsyncIterable<Buffer>, transform: Transform): AsyncGenerator<Buffer> {
  const source = Readable.from(pieces, { objectMode: false });
  // What goes wrong on either side is thrown by the loop below: the transform is destroyed with it.
  const flowing = pipeline(source, transform).catch(() => undefined);
  try {
    yield* transform;
  } finally {
    source.destroy();
    transform.destroy();
    await flowing;
  }
}
