import type { InstalledPackage } from './installed-package.ts';
import { packageOfHeader } from './rpm-header.ts';
import { DamagedDatabaseError, rowsOf } from './sqlite-table.ts';

/** Packages of rpm's database of SQLite (since Fedora 33 and RHEL 9). Undefined when it is damaged. */
export function rpmPackages(bytes: Buffer): InstalledPackage[] | undefined {
  const found: InstalledPackage[] = [];
  try {
    for (const [, header] of rowsOf(bytes, 'Packages')) {
      const installed = Buffer.isBuffer(header) ? packageOfHeader(header) : undefined;
      if (installed !== undefined) found.push(installed);
    }
  } catch (error) {
    if (!(error instanceof DamagedDatabaseError)) throw error;
    return undefined;
  }
  return found;
}
