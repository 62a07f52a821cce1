import type { InstalledPackage } from './installed-package.ts';
import { stanzas } from './stanzas.ts';

/** What dpkg's database says is installed, whole (deb-control(5), dpkg-query(1) on Status). Distroless images have a file for each. */
export const dpkgPackages = (bytes: Buffer): InstalledPackage[] => installedOf(bytes, 'deb');

/** What opkg's says, which is of the same form. */
export const opkgPackages = (bytes: Buffer): InstalledPackage[] => installedOf(bytes, 'opkg');

function installedOf(bytes: Buffer, kind: 'deb' | 'opkg'): InstalledPackage[] {
  const found: InstalledPackage[] = [];
  for (const stanza of stanzas(bytes, ['Package', 'Version', 'Status', 'Architecture'], ':')) {
    const [name, version, status] = [stanza.get('Package'), stanza.get('Version'), stanza.get('Status')];
    if (!name || !version) continue;
    if (status !== undefined && !status.endsWith(' installed')) continue;
    found.push({ kind, name, version });
  }
  return found;
}
