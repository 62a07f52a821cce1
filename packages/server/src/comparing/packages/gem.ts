import type { InstalledPackage } from './installed-package.ts';

/** The gem that a specification is of, as its file name says: `name-version[-platform].gemspec`. */
export function gemPackages(_bytes: Buffer, path: string): InstalledPackage[] {
  const match = /([^/]+?)-(\d[^-/]*)(?:-[^/]+)?\.gemspec$/.exec(path);
  const [, name, version] = match ?? [];
  return name === undefined || version === undefined ? [] : [{ kind: 'gem', name, version }];
}
