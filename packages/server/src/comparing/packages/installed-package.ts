/** The package managers whose packages are read. */
export type PackageKind = 'deb' | 'rpm' | 'apk' | 'npm' | 'python' | 'gem' | 'go';

/** What is installed, and by which kind of package manager. */
export interface InstalledPackage {
  readonly kind: PackageKind;
  readonly name: string;
  readonly version: string;
}
