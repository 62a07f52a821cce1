import type { Finding } from './finding.ts';

/** The parts of package-lock.json that are looked at. */
interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const regenerate = 'Run npm run lock (with the .npmrc of this repository) and commit package-lock.json.';

/** Whether `name` can be found from `folder`, as Node looks: there, then further out. */
function isReachable(packages: LockFile['packages'], folder: string, name: string): boolean {
  for (let at = folder; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    if (packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`] !== undefined) return true;
    if (at === '') return false;
    if (!at.includes('node_modules/')) return packages[`node_modules/${name}`] !== undefined;
  }
}

/** Checks that a lock file names no host, misses nothing, and needs no install scripts. */
export function checkLock(text: string): Finding[] {
  const { packages } = JSON.parse(text) as LockFile;
  const findings: Finding[] = [];
  const report = (folder: string, problem: string, fix: string) => findings.push({ where: `package-lock.json: ${folder}`, problem, fix });
  for (const [folder, locked] of Object.entries(packages)) {
    const isRegistryPackage = folder.includes('node_modules/') && locked.link !== true;
    if (isRegistryPackage && locked.resolved !== undefined) report(folder, `names a host: ${locked.resolved}`, regenerate);
    if (locked.hasInstallScript === true)
      report(folder, 'has an install script', 'Use a package that needs none: installing must not run code.');
    for (const name of Object.keys({ ...locked.dependencies, ...locked.optionalDependencies })) {
      if (!isReachable(packages, folder, name))
        report(folder, `needs ${name}, which is not in the file; npm ci will refuse it`, regenerate);
    }
  }
  return findings;
}
