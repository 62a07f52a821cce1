/**
 * Gives a piece's memory back at once, unless it shares it. The collector would find it late: by then hundreds of megabytes wait, and
 * cost a full collection.
 */
export function freePiece({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
