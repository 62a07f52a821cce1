import type { InstalledPackage } from './installed-package.ts';

/** The package that conda's note of an installation is of, as its file name says: `name-version-build.json`. */
export function condaPackages(_bytes: Buffer, path: string): InstalledPackage[] {
  const [, name, version] = /([^/]+)-([^-/]+)-[^-/]+\.json$/.exec(path) ?? [];
  return name === undefined || version === undefined ? [] : [{ kind: 'conda', name, version }];
}
