import type { InstalledPackage } from './installed-package.ts';
import { jsonObject } from './json-text.ts';

/** Name and version of a package below node_modules. A package.json without them only tells Node how to load what is beside it. */
export function npmPackages(bytes: Buffer): InstalledPackage[] {
  const { name, version } = jsonObject(bytes) ?? {};
  return typeof name === 'string' && typeof version === 'string' && name !== '' && version !== '' ? [{ kind: 'npm', name, version }] : [];
}
