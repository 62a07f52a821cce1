import type { InstalledPackage } from './installed-package.ts';
import { DamagedDatabaseError, rowsOf } from './sqlite-table.ts';

/** Tags of a header (rpm/rpmtag.h), and the types of their values. */
const [nameTag, versionTag, releaseTag, epochTag] = [1000, 1001, 1002, 1003];
const [numberType, textType] = [4, 6];

/** Packages that rpm's database says are installed: the one of SQLite (since Fedora 33 and RHEL 9). Undefined when it is damaged. */
export function rpmPackages(bytes: Buffer): InstalledPackage[] | undefined {
  const found: InstalledPackage[] = [];
  try {
    for (const [, header] of rowsOf(bytes, 'Packages')) {
      const installed = Buffer.isBuffer(header) ? packageOf(header) : undefined;
      if (installed !== undefined) found.push(installed);
    }
  } catch (error) {
    if (!(error instanceof DamagedDatabaseError)) throw error;
    return undefined;
  }
  return found;
}

/** A header as it is kept in the database: counts of entries and of bytes, the entries, the bytes. */
function packageOf(header: Buffer): InstalledPackage | undefined {
  if (header.length < 8) return undefined;
  const count = header.readUInt32BE(0);
  const store = 8 + 16 * count;
  if (store > header.length) return undefined;
  const values = new Map<number, string>();
  for (let at = 8; at < store; at += 16) {
    const [tag, type, place] = [header.readUInt32BE(at), header.readUInt32BE(at + 4), store + header.readUInt32BE(at + 8)];
    if (tag < nameTag || tag > epochTag) continue;
    const end = type === textType ? header.indexOf(0, place) : -1;
    if (end >= 0) values.set(tag, header.toString('utf8', place, end));
    else if (type === numberType && place + 4 <= header.length) values.set(tag, String(header.readUInt32BE(place)));
  }
  const [name, version, release, epoch] = [nameTag, versionTag, releaseTag, epochTag].map((tag) => values.get(tag));
  if (!name || !version) return undefined;
  const whole = release === undefined ? version : `${version}-${release}`;
  return { kind: 'rpm', name, version: epoch === undefined ? whole : `${epoch}:${whole}` };
}
