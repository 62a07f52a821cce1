import type { InstalledPackage } from './installed-package.ts';
import type { PackageScan } from './package-scan.ts';

/** Reads what the bytes of a whole file tell of installed packages. */
export type PackageReader = (bytes: Buffer, path: string) => InstalledPackage[] | undefined;

/** Keeps a file of metadata until it is there whole, and reads it then. */
export class WholeFile implements PackageScan {
  readonly #read: PackageReader;
  readonly #path: string;
  readonly #bytes: Buffer;
  #length = 0;

  constructor(read: PackageReader, path: string, sizeBytes: number) {
    this.#read = read;
    this.#path = path;
    this.#bytes = Buffer.allocUnsafeSlow(sizeBytes);
  }

  take(piece: Uint8Array): void {
    this.#bytes.set(piece, this.#length);
    this.#length += piece.length;
  }

  end(): InstalledPackage[] | undefined {
    return this.#read(this.#bytes, this.#path);
  }
}
