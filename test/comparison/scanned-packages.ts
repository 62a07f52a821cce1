import { packageScan } from '../../packages/server/src/comparing/packages/package-file.ts';

/** What a file of an image tells of packages, as `kind name version` in order; undefined when it has some that cannot be read. */
export function scannedPackages(path: string, bytes: Buffer, pieceBytes = 100_000): string[] | undefined {
  const scan = packageScan(path, bytes.length);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = bytes.subarray(at, at + pieceBytes);
    const own = pieceBytes < bytes.length ? Buffer.from(piece) : piece;
    scan?.take(own);
    // A piece is not the scan's to keep.
    if (own !== piece) own.fill(0);
  }
  const found = scan === undefined ? [] : scan.end();
  return found?.map(({ kind, name, version }) => `${kind} ${name} ${version}`).sort();
}
