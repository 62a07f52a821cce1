import { StorageError } from '../../registry/ports/blob-store.ts';

/** The part of a `FileHandle` that writing needs. */
export interface PositionalWriter {
  writev(pieces: Uint8Array[], position: number): Promise<{ bytesWritten: number }>;
}

/** Writes all pieces from `position` on, however few bytes the system takes at a time; returns how many those were. */
export async function writeFully(file: PositionalWriter, pieces: readonly Uint8Array[], position: number): Promise<number> {
  let left = pieces.filter((piece) => piece.length > 0);
  let written = 0;
  while (left.length > 0) {
    const { bytesWritten } = await file.writev(left, position + written);
    if (bytesWritten === 0) throw new StorageError('failed', 'The system wrote nothing and gave no reason.');
    written += bytesWritten;
    left = dropBytes(left, bytesWritten);
  }
  return written;
}

function dropBytes(pieces: Uint8Array[], count: number): Uint8Array[] {
  let left = count;
  for (const [index, piece] of pieces.entries()) {
    if (left < piece.length) return [piece.subarray(left), ...pieces.slice(index + 1)];
    left -= piece.length;
  }
  return [];
}
