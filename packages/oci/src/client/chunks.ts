import { concatBytes } from './body.ts';

/** The content again in chunks of exactly `chunkBytes`, the last one possibly shorter; empty content has none. */
export async function* chunksOf(content: Uint8Array | ReadableStream<Uint8Array>, chunkBytes: number): AsyncGenerator<Uint8Array> {
  if (content instanceof Uint8Array) {
    for (let start = 0; start < content.length; start += chunkBytes) yield content.subarray(start, start + chunkBytes);
    return;
  }
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const piece of content) {
    let rest = piece;
    while (heldBytes + rest.length >= chunkBytes) {
      const taken = rest.subarray(0, chunkBytes - heldBytes);
      yield concatBytes([...held, taken], chunkBytes);
      rest = rest.subarray(taken.length);
      held = [];
      heldBytes = 0;
    }
    if (rest.length > 0) held.push(rest);
    heldBytes += rest.length;
  }
  if (heldBytes > 0) yield concatBytes(held, heldBytes);
}
