import type { InstalledPackage } from './installed-package.ts';
import { stanzas } from './stanzas.ts';

/** What dpkg's database says is installed, whole (deb-control(5), dpkg-query(1) on Status). Distroless images have a file for each. */
export function dpkgPackages(bytes: Buffer): InstalledPackage[] {
  const found: InstalledPackage[] = [];
  for (const stanza of stanzas(bytes, ['Package', 'Version', 'Status', 'Architecture'], ':')) {
    const [name, version, status] = [stanza.get('Package'), stanza.get('Version'), stanza.get('Status')];
    if (!name || !version) continue;
    if (status !== undefined && !status.endsWith(' installed')) continue;
    found.push({ kind: 'deb', name, version });
  }
  return found;
}
