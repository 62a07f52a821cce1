import { apkPackages } from './apk.ts';
import { dpkgPackages } from './dpkg.ts';
import { gemPackages } from './gem.ts';
import type { InstalledPackage } from './installed-package.ts';
import { npmPackages } from './npm.ts';
import { pythonPackages } from './python.ts';
import { rpmPackages } from './rpm.ts';

/** Reads what a file tells of installed packages; a file that is not what its path says tells nothing. Undefined: nobody knows what it tells. */
export type PackageReader = (bytes: Buffer, path: string) => InstalledPackage[] | undefined;

/** A file of metadata that is longer is not read: Debian's with 5,000 packages has 7 MB. */
export const longestPackageFile = 32 * 1024 * 1024;

/** Of rpm, in all places that distributions have it: in SQLite, and in the forms that are not read, Berkeley DB and ndb. */
const rpmDatabase = /(?:^|\/)rpm\/rpmdb\.sqlite$/;
const unreadDatabase = /(?:^|\/)rpm\/Packages(?:\.db)?$/;

/** Whether a file has packages that nothing here reads. */
export function isUnreadDatabase(path: string, sizeBytes: number): boolean {
  return unreadDatabase.test(path) || (rpmDatabase.test(path) && sizeBytes > longestPackageFile);
}

/** How to read the file at a path of an image; undefined when it tells nothing of packages. */
export function packageReader(path: string): PackageReader | undefined {
  if (path === 'var/lib/dpkg/status' || /^var\/lib\/dpkg\/status\.d\/[^/]+$/.test(path)) {
    return path.endsWith('.md5sums') ? undefined : dpkgPackages;
  }
  if (path === 'lib/apk/db/installed' || path === 'usr/lib/apk/db/installed') return apkPackages;
  if (rpmDatabase.test(path)) return rpmPackages;
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
