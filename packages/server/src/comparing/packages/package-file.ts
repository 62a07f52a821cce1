import { apkPackages } from './apk.ts';
import { chiselPackages } from './chisel.ts';
import { composerPackages } from './composer.ts';
import { condaPackages } from './conda.ts';
import { cranPackages } from './cran.ts';
import { dpkgPackages, opkgPackages } from './dpkg.ts';
import { gemPackages } from './gem.ts';
import { GoProgram } from './go-program.ts';
import { JarScan, jarEndings } from './jar.ts';
import { npmPackages } from './npm.ts';
import { nugetPackages } from './nuget.ts';
import type { PackageScan } from './package-scan.ts';
import { pacmanPackages } from './pacman.ts';
import { pythonPackages } from './python.ts';
import { BerkeleyPackages } from './rpm-berkeley.ts';
import { rpmManifestPackages } from './rpm-manifest.ts';
import { NdbPackages } from './rpm-ndb.ts';
import { SqlitePackages } from './rpm-sqlite.ts';
import { type PackageReader, WholeFile } from './whole-file.ts';

type ScanMaker = (path: string, sizeBytes: number) => PackageScan | undefined;

/** A file of metadata that is longer is not read: Debian's with 5,000 packages has 7 MB. */
const longestPackageFile = 32 * 1024 * 1024;
/** No program of Go is shorter: an empty one has 1 MB. */
const leastProgramBytes = 256 * 1024;

const whole =
  (read: PackageReader): ScanMaker =>
  (path, sizeBytes) =>
    sizeBytes <= longestPackageFile ? new WholeFile(read, path, sizeBytes) : undefined;

/** By the end of a file's name, what its path is like, and what reads it. */
type PackageFile = readonly [ending: string, path: RegExp, make: ScanMaker];

const files: readonly PackageFile[] = [
  ['status', /^var\/lib\/dpkg\/status$/, whole(dpkgPackages)],
  ['status', /^(?:usr|var)\/lib\/opkg\/status$/, whole(opkgPackages)],
  ['wall', /^var\/lib\/chisel\/manifest\.wall$/, whole(chiselPackages)],
  ['installed', /^(?:usr\/)?lib\/apk\/db\/installed$/, whole(apkPackages)],
  // Of rpm, in all places that distributions have it.
  ['sqlite', /(?:^|\/)rpm\/rpmdb\.sqlite$/, () => new SqlitePackages()],
  ['Packages', /(?:^|\/)rpm\/Packages$/, () => new BerkeleyPackages()],
  ['db', /(?:^|\/)rpm\/Packages\.db$/, () => new NdbPackages()],
  ['container-manifest-2', /^var\/lib\/rpmmanifest\//, whole(rpmManifestPackages)],
  ['desc', /^var\/lib\/pacman\/local\/[^/]+\/desc$/, whole(pacmanPackages)],
  ['json', /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/, whole(npmPackages)],
  ['json', /(?:^|\/)conda-meta\/[^/]+\.json$/, whole(condaPackages)],
  ['json', /(?:^|\/)composer\/installed\.json$/, whole(composerPackages)],
  ['json', /\.deps\.json$/, whole(nugetPackages)],
  ['METADATA', /\.dist-info\/METADATA$/, whole(pythonPackages)],
  ['PKG-INFO', /\.egg-info\/PKG-INFO$|\.egg\/EGG-INFO\/PKG-INFO$/, whole(pythonPackages)],
  ['egg-info', /\.egg-info$/, whole(pythonPackages)],
  ['gemspec', /\/specifications\/(?:default\/)?[^/]+\.gemspec$/, whole(gemPackages)],
  ['DESCRIPTION', /\/(?:site-)?library\/[^/]+\/DESCRIPTION$/, whole(cranPackages)],
  ...jarEndings.map((ending): PackageFile => [ending, /./, (path, sizeBytes) => new JarScan(path, sizeBytes)]),
];
const filesByEnding = Map.groupBy(files, ([ending]) => ending);

/** What looks for packages in the file at a path of an image; undefined when it tells nothing of packages. */
export function packageScan(path: string, sizeBytes: number): PackageScan | undefined {
  // There may be half a million files: few are looked at any closer.
  const ending = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('.')) + 1);
  const [, , make] = filesByEnding.get(ending)?.find(([, pattern]) => pattern.test(path)) ?? [];
  if (make !== undefined) return make(path, sizeBytes);
  // Of distroless images, a file for each package, by its name.
  if (path.startsWith('var/lib/dpkg/status.d/')) return ending === 'md5sums' ? undefined : whole(dpkgPackages)(path, sizeBytes);
  return sizeBytes < leastProgramBytes ? undefined : new GoProgram(sizeBytes);
}
