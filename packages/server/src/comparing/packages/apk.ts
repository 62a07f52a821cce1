import type { InstalledPackage } from './installed-package.ts';
import { stanzas } from './stanzas.ts';

/** What Alpine's database says is installed: P is a name, V its version (apk-installed format). */
export function apkPackages(bytes: Buffer): InstalledPackage[] {
  const found: InstalledPackage[] = [];
  for (const stanza of stanzas(bytes, ['P', 'V'], ':')) {
    const [name, version] = [stanza.get('P'), stanza.get('V')];
    if (name && version) found.push({ kind: 'apk', name, version });
  }
  return found;
}
