import type { InstalledPackage } from './installed-package.ts';
import { stanzas } from './stanzas.ts';

/** What the core metadata of an installed distribution says of it; names as PEP 503 writes them. */
export function pythonPackages(bytes: Buffer): InstalledPackage[] {
  // The first stanza is the head; what follows is a description.
  const [head] = stanzas(bytes, ['Name', 'Version'], ':');
  const [name, version] = [head?.get('Name'), head?.get('Version')];
  if (!name || !version) return [];
  return [{ kind: 'python', name: name.toLowerCase().replaceAll(/[-_.]+/g, '-'), version }];
}
