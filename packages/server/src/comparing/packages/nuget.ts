import type { InstalledPackage } from './installed-package.ts';
import { asObject, jsonObject } from './json-text.ts';

/** What a program of .NET is put together of, as `NAME.deps.json` beside it says: packages of NuGet, among them what .NET itself consists of. */
export function nugetPackages(bytes: Buffer): InstalledPackage[] {
  const libraries = asObject(jsonObject(bytes)?.['libraries']) ?? {};
  return Object.entries(libraries).flatMap(([key, library]) => {
    const [name, version] = key.split('/');
    const isPackage = asObject(library)?.['type'] === 'package';
    return isPackage && name && version ? [{ kind: 'nuget', name, version }] : [];
  });
}
