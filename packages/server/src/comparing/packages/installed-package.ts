/** The package managers, and languages, whose packages are read. */
export type PackageKind =
  | 'deb'
  | 'rpm'
  | 'apk'
  | 'pacman'
  | 'opkg'
  | 'npm'
  | 'python'
  | 'conda'
  | 'gem'
  | 'go'
  | 'java'
  | 'composer'
  | 'nuget'
  | 'cran';

/** What is installed, and by which kind of package manager. */
export interface InstalledPackage {
  readonly kind: PackageKind;
  readonly name: string;
  readonly version: string;
}
