import { apkPackages } from './apk.ts';
import { dpkgPackages } from './dpkg.ts';
import { gemPackages } from './gem.ts';
import { GoProgram } from './go-program.ts';
import { npmPackages } from './npm.ts';
import type { PackageScan } from './package-scan.ts';
import { pythonPackages } from './python.ts';
import { rpmPackages } from './rpm.ts';
import { type PackageReader, WholeFile } from './whole-file.ts';

/** A file of metadata that is longer is not read: Debian's with 5,000 packages has 7 MB. */
const longestPackageFile = 32 * 1024 * 1024;
/** No program of Go is shorter: an empty one has 1 MB. */
const leastProgramBytes = 256 * 1024;

/** Of rpm, in all places that distributions have it: in SQLite, and in the forms that are not read, Berkeley DB and ndb. */
const rpmDatabase = /(?:^|\/)rpm\/rpmdb\.sqlite$/;
const unreadDatabase = /(?:^|\/)rpm\/Packages(?:\.db)?$/;

/** Of files that nobody reads and that have packages. */
const unread: PackageScan = { take: () => undefined, end: () => undefined };

/** What looks for packages in the file at a path of an image; undefined when it tells nothing of packages. */
export function packageScan(path: string, sizeBytes: number): PackageScan | undefined {
  if (unreadDatabase.test(path)) return unread;
  const read = readerOf(path);
  if (read === undefined) return sizeBytes < leastProgramBytes ? undefined : new GoProgram();
  if (sizeBytes <= longestPackageFile) return new WholeFile(read, path, sizeBytes);
  return read === rpmPackages ? unread : undefined;
}

function readerOf(path: string): PackageReader | undefined {
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
