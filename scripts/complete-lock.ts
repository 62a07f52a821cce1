// npm run lock: writes package-lock.json anew, and adds what npm left out.
//
// npm drops optional packages that the registry at hand does not carry (some mirrors lack other platforms' binaries),
// and `npm ci` then refuses the lock file everywhere. Such an entry needs no more than its version and its platform.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { platformOf } from './package-platform.ts';

interface LockedPackage {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  cpu?: string[];
  libc?: string[];
  os?: string[];
  optionalDependencies?: Record<string, string>;
}

const file = 'package-lock.json';
const npm = spawnSync('npm', ['install', '--package-lock-only', '--ignore-scripts', '--loglevel=error'], { stdio: 'inherit' });
if (npm.status !== 0) process.exit(npm.status ?? 1);

const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, LockedPackage> };
for (const parent of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const folder = `node_modules/${name}`;
    if (lock.packages[folder] !== undefined) continue;
    if (!/^\d+\.\d+\.\d+$/.test(version))
      throw new Error(`${name}@${version} is missing from the registry, and its range does not say which version to lock.`);
    const { cpu, libc, os } = platformOf(name);
    // In the order that npm writes, so that a second run changes nothing.
    lock.packages[folder] = {
      version,
      cpu,
      ...(parent.dev === true ? { dev: true } : {}),
      ...(libc === undefined ? {} : { libc }),
      optional: true,
      os,
    };
    console.log(`added ${name}@${version}, which the registry does not carry`);
  }
}
const folders = Object.keys(lock.packages).sort((a, b) => a.localeCompare(b, 'en'));
lock.packages = Object.fromEntries(folders.map((folder) => [folder, lock.packages[folder] ?? {}]));
writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
