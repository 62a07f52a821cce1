import type { InstalledPackage } from './installed-package.ts';

/** Name and version of a package below node_modules. A package.json without them only tells Node how to load what is beside it. */
export function npmPackages(bytes: Buffer): InstalledPackage[] {
  const told = parsed(bytes);
  if (typeof told !== 'object' || told === null) return [];
  const { name, version } = told as { name?: unknown; version?: unknown };
  return typeof name === 'string' && typeof version === 'string' && name !== '' && version !== '' ? [{ kind: 'npm', name, version }] : [];
}

function parsed(bytes: Buffer): unknown {
  // The longest of a hundred thousand packages have half a megabyte; whatever is longer was made to cost memory.
  if (bytes.length > 4 * 1024 * 1024) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
