// Plain JavaScript without dependencies: this runs before anything is installed, under Node 20 or newer.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** @typedef {{ version?: string, link?: boolean, optional?: boolean, devOptional?: boolean }} LockedPackage */

/**
 * The packages of a lock file by their folder.
 * @param {string} file
 * @returns {Map<string, LockedPackage>}
 */
function lockedPackages(file) {
  return new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages));
}

/**
 * Whether node_modules holds what the lock file demands. npm keeps its own note of what it installed; optional
 * packages of other platforms are missing there and may be.
 * @returns {boolean}
 */
function isInstalled() {
  const note = 'node_modules/.package-lock.json';
  if (!existsSync(note)) return false;
  const installed = lockedPackages(note);
  for (const [folder, wanted] of lockedPackages('package-lock.json')) {
    if (!folder.startsWith('node_modules/')) continue;
    const found = installed.get(folder);
    if (found === undefined ? !(wanted.optional || wanted.devOptional) : found.version !== wanted.version) return false;
  }
  return true;
}

/**
 * Runs `npm ci` when something is missing; false when that failed (it has said why).
 * @returns {boolean}
 */
export function installDependencies() {
  if (isInstalled()) return true;
  process.stderr.write('Installing dependencies (npm ci) ... ');
  const startedAt = performance.now();
  const args = ['ci', '--loglevel=error', '--no-audit', '--no-fund', '--ignore-scripts'];
  const npm = process.env.npm_execpath;
  const result = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], { encoding: 'utf8' })
    : spawnSync('npm', args, { encoding: 'utf8', shell: process.platform === 'win32' });
  if (result.status === 0) {
    process.stderr.write(`done in ${Math.round((performance.now() - startedAt) / 1000)} s\n`);
    return true;
  }
  process.stderr.write(`failed\n${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}\n`);
  return false;
}
