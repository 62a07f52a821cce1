import type { InstalledPackage } from './installed-package.ts';

/** Tags of a header (rpm/rpmtag.h), and the types of their values. */
const [nameTag, versionTag, releaseTag, epochTag] = [1000, 1001, 1002, 1003];
const [numberType, textType] = [4, 6];

/** Bytes of a header that tell what it is: entries are in the order of their tags, and so are their values. */
export const headerStartBytes = 16 * 1024;

/**
 * The package that a header is of, as databases keep it: counts of entries and of bytes, the entries, the bytes. Its beginning will do. Undefined
 * when it is none, or too little of it is there.
 */
export function packageOfHeader(header: Buffer): InstalledPackage | undefined {
  if (header.length < 8) return undefined;
  const store = 8 + 16 * header.readUInt32BE(0);
  const values = new Map<number, string>();
  for (let at = 8; at + 16 <= Math.min(store, header.length); at += 16) {
    const [tag, type, place] = [header.readUInt32BE(at), header.readUInt32BE(at + 4), store + header.readUInt32BE(at + 8)];
    if (tag > epochTag) break;
    if (tag < nameTag) continue;
    const end = type === textType ? header.indexOf(0, place) : -1;
    if (end >= 0) values.set(tag, header.toString('utf8', place, end));
    else if (type === numberType && place + 4 <= header.length) values.set(tag, String(header.readUInt32BE(place)));
  }
  const [name, version, release, epoch] = [nameTag, versionTag, releaseTag, epochTag].map((tag) => values.get(tag));
  if (!name || !version) return undefined;
  const whole = release === undefined ? version : `${version}-${release}`;
  return { kind: 'rpm', name, version: epoch === undefined ? whole : `${epoch}:${whole}` };
}
