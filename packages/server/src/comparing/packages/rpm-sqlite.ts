import type { InstalledPackage } from './installed-package.ts';
import type { PackageScan } from './package-scan.ts';
import { packageOfHeader } from './rpm-header.ts';
import { DamagedDatabaseError, SqlitePages } from './sqlite-pages.ts';
import { rowsOf } from './sqlite-table.ts';

/** Reads rpm's database of SQLite (since Fedora 33 and RHEL 9). */
export class SqlitePackages implements PackageScan {
  readonly #pages = new SqlitePages();
  #isDamaged = false;

  take(piece: Uint8Array): void {
    if (!this.#isDamaged) this.#guarded(() => this.#pages.take(piece));
  }

  end(): InstalledPackage[] | undefined {
    const found: InstalledPackage[] = [];
    if (!this.#isDamaged) this.#guarded(() => this.#read(found));
    return this.#isDamaged ? undefined : found;
  }

  #read(found: InstalledPackage[]): void {
    for (const [, header] of rowsOf(this.#pages, 'Packages')) {
      const installed = Buffer.isBuffer(header) ? packageOfHeader(header) : undefined;
      if (installed === undefined) throw new DamagedDatabaseError('A row is no package.');
      found.push(installed);
    }
  }

  #guarded(read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof DamagedDatabaseError)) throw error;
      this.#isDamaged = true;
    }
  }
}
