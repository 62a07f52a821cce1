import { createHash } from 'node:crypto';
import { requireDigest } from '@longshore/oci';
import type { LayerBlob } from '../../registry/ports/layer-store.ts';

/** A layer of these bytes, and how often it was opened. */
export function storedLayer(bytes: Buffer, pieceBytes = 64 * 1024): LayerBlob & { opened(): number } {
  let opened = 0;
  return {
    digest: requireDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`),
    sizeBytes: bytes.length,
    opened: () => opened,
    open: async () => {
      opened += 1;
      return {
        sizeBytes: bytes.length,
        read: async (start, end, sink, signal) => {
          for (let at = start; at <= end; at += pieceBytes) {
            signal?.throwIfAborted();
            // As of a store: the memory of a piece is used again.
            const piece = Buffer.from(bytes.subarray(at, Math.min(end + 1, at + pieceBytes)));
            await sink(piece);
            piece.fill(0xee);
          }
        },
        close: async () => undefined,
      };
    },
  };
}
