import { apkPackages } from './apk.ts';
import { chiselPackages } from './chisel.ts';
import { composerPackages } from './composer.ts';
import { condaPackages } from './conda.ts';
import { cranPackages } from './cran.ts';
import { dpkgPackages, opkgPackages } from './dpkg.ts';
import { gemPackages } from './gem.ts';
import { GoProgram } from './go-program.ts';
import { isJar, JarScan } from './jar.ts';
import { npmPackages } from './npm.ts';
import { nugetPackages } from './nuget.ts';
import type { PackageScan } from './package-scan.ts';
import { pacmanPackages } from './pacman.ts';
import { pythonPackages } from './python.ts';
import { BerkeleyPackages } from './rpm-berkeley.ts';
import { rpmManifestPackages } from './rpm-manifest.ts';
import { NdbPackages } from './rpm-ndb.ts';
import { rpmPackages } from './rpm-sqlite.ts';
import { type PackageReader, WholeFile } from './whole-file.ts';

/** A file of metadata that is longer is not read: Debian's with 5,000 packages has 7 MB. */
const longestPackageFile = 32 * 1024 * 1024;
/** No program of Go is shorter: an empty one has 1 MB. */
const leastProgramBytes = 256 * 1024;

/** Of files that nobody reads and that have packages. */
const unread: PackageScan = { take: () => undefined, end: () => undefined };

/** Files that are read whole; the first that a path fits counts. */
const readers: readonly (readonly [path: RegExp, read: PackageReader])[] = [
  [/^var\/lib\/dpkg\/status$/, dpkgPackages],
  [/^var\/lib\/dpkg\/status\.d\/[^/]+(?<!\.md5sums)$/, dpkgPackages],
  [/^(?:usr|var)\/lib\/opkg\/status$/, opkgPackages],
  [/^(?:.+\/)?var\/lib\/chisel\/manifest\.wall$/, chiselPackages],
  [/^(?:usr\/)?lib\/apk\/db\/installed$/, apkPackages],
  // In all places that distributions have it.
  [/(?:^|\/)rpm\/rpmdb\.sqlite$/, rpmPackages],
  [/^var\/lib\/rpmmanifest\/container-manifest-2$/, rpmManifestPackages],
  [/^var\/lib\/pacman\/local\/[^/]+\/desc$/, pacmanPackages],
  [/(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/, npmPackages],
  [/\.(?:dist-info\/METADATA|egg-info\/PKG-INFO|egg-info)$|\.egg\/EGG-INFO\/PKG-INFO$/, pythonPackages],
  [/(?:^|\/)conda-meta\/[^/]+\.json$/, condaPackages],
  [/\/specifications\/(?:default\/)?[^/]+\.gemspec$/, gemPackages],
  [/(?:^|\/)composer\/installed\.json$/, composerPackages],
  [/\.deps\.json$/, nugetPackages],
  [/\/(?:site-)?library\/[^/]+\/DESCRIPTION$/, cranPackages],
];

/** What looks for packages in the file at a path of an image; undefined when it tells nothing of packages. */
export function packageScan(path: string, sizeBytes: number): PackageScan | undefined {
  if (/(?:^|\/)rpm\/Packages$/.test(path)) return new BerkeleyPackages();
  if (/(?:^|\/)rpm\/Packages\.db$/.test(path)) return new NdbPackages();
  if (isJar(path)) return new JarScan(path, sizeBytes);
  const [, read] = readers.find(([pattern]) => pattern.test(path)) ?? [];
  if (read === undefined) return sizeBytes < leastProgramBytes ? undefined : new GoProgram();
  if (sizeBytes <= longestPackageFile) return new WholeFile(read, path, sizeBytes);
  return read === rpmPackages ? unread : undefined;
}
