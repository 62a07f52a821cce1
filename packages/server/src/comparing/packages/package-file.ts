import { apkPackages } from './apk.ts';
import { dpkgPackages } from './dpkg.ts';
import { gemPackages } from './gem.ts';
import type { InstalledPackage } from './installed-package.ts';
import { npmPackages } from './npm.ts';
import { pythonPackages } from './python.ts';

/** Reads what a file tells of installed packages; a file that is not what its path says tells nothing. */
export type PackageReader = (bytes: Buffer, path: string) => InstalledPackage[];

/** A file of metadata that is longer is not read: Debian's with 5,000 packages has 7 MB. */
export const longestPackageFile = 32 * 1024 * 1024;

/** How to read the file at a path of an image; undefined when it tells nothing of packages. */
export function packageReader(path: string): PackageReader | undefined {
  if (path === 'var/lib/dpkg/status' || /^var\/lib\/dpkg\/status\.d\/[^/]+$/.test(path)) {
    return path.endsWith('.md5sums') ? undefined : dpkgPackages;
  }
  if (path === 'lib/apk/db/installed' || path === 'usr/lib/apk/db/installed') return apkPackages;
  if (path.endsWith('/package.json')) return isNpmPackage(path) ? npmPackages : undefined;
  if (/\.(?:dist-info\/METADATA|egg-info\/PKG-INFO|egg-info)$/.test(path)) return pythonPackages;
  if (/\/specifications\/(?:default\/)?[^/]+\.gemspec$/.test(path)) return gemPackages;
  return undefined;
}

function isNpmPackage(path: string): boolean {
  const parts = path.split('/');
  const parent = parts.at(-3);
  return parent === 'node_modules' || (parent?.startsWith('@') === true && parts.at(-4) === 'node_modules');
}
