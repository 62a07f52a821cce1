import type { InstalledPackage } from './installed-package.ts';
import { stanzas } from './stanzas.ts';

/** What an installed package of R says of itself. */
export function cranPackages(bytes: Buffer): InstalledPackage[] {
  const [head] = stanzas(bytes, ['Package', 'Version'], ':');
  const [name, version] = [head?.get('Package'), head?.get('Version')];
  return name && version ? [{ kind: 'cran', name, version }] : [];
}
