import type { InstalledPackage } from './installed-package.ts';

/** What pacman notes of a package that it has installed (`local/NAME-VERSION/desc`): names of values, and a value in the line below. */
export function pacmanPackages(bytes: Buffer): InstalledPackage[] {
  const text = bytes.toString('utf8');
  const [name, version] = ['NAME', 'VERSION'].map((field) => new RegExp(`^%${field}%\n(.+)$`, 'm').exec(text)?.[1]);
  return name === undefined || version === undefined ? [] : [{ kind: 'pacman', name, version }];
}
