const mebibyte = 1024 * 1024;

/** As many parts as S3 allows in one object. */
export const mostParts = 10_000;

/**
 * Bytes of the nth part (from 1): small ones first, for the sake of memory, larger ones for those who need them, so
 * that 10,000 parts hold 950 GiB.
 */
export function partBytes(number: number): number {
  if (number <= 1000) return 8 * mebibyte;
  if (number <= 3000) return 32 * mebibyte;
  return 128 * mebibyte;
}

/**
 * From how many bytes on a checkpoint sends a part instead of keeping a tail. At least the 5 MiB that S3 demands of
 * every part but the last; larger for later parts, so that checkpoints do not use up the parts.
 */
export function leastPartBytes(number: number): number {
  return (partBytes(number) * 5) / 8;
}
