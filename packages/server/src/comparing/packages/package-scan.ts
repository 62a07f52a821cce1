import type { InstalledPackage } from './installed-package.ts';

/** Looks for packages in a file as its bytes come. */
export interface PackageScan {
  /** Takes the next bytes, which are not its own when it returns. */
  take(piece: Uint8Array): void;
  /** What the whole file tells: nothing when it is not what its path says; undefined when it has packages that nobody could read. */
  end(): readonly InstalledPackage[] | undefined;
}
