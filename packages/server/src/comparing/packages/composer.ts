import type { InstalledPackage } from './installed-package.ts';
import { asObject, jsonObject } from './json-text.ts';

/** What Composer has installed for a program in PHP: `vendor/composer/installed.json`, a list in version 1, and in version 2 an object that has it. */
export function composerPackages(bytes: Buffer): InstalledPackage[] {
  const told = jsonObject(bytes) ?? {};
  return Object.values(asObject(told['packages']) ?? told).flatMap((each) => {
    const { name, version } = asObject(each) ?? {};
    return typeof name === 'string' && typeof version === 'string' ? [{ kind: 'composer', name, version }] : [];
  });
}
