import type { PackageDifference } from '../../registry/ports/image-comparer.ts';

/** The package managers, and languages, whose packages are read. */
export type PackageKind = PackageDifference['kind'];

/** What is installed, and by which kind of package manager. */
export interface InstalledPackage {
  readonly kind: PackageKind;
  readonly name: string;
  readonly version: string;
}
