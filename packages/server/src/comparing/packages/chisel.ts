import { zstdDecompressSync } from 'node:zlib';
import type { InstalledPackage } from './installed-package.ts';
import { asObject, jsonObject } from './json-text.ts';
import { unpackedUnlessDamaged } from './unpacked.ts';

/** Half a megabyte has the paths of a large image. */
const limits = { maxOutputLength: 32 * 1024 * 1024 };

/**
 * Packages of which chisel put parts into an image of Ubuntu, which has no other database: `manifest.wall`, an object in JSON in each line, compressed.
 * Undefined when it is damaged, or too long.
 */
export function chiselPackages(bytes: Buffer): InstalledPackage[] | undefined {
  const lines = unpackedUnlessDamaged(() => zstdDecompressSync(bytes, limits))
    ?.toString('utf8')
    .split('\n');
  return lines?.flatMap((line) => {
    if (!line.includes('"package"')) return [];
    const { kind, name, version } = asObject(jsonObject(Buffer.from(line))) ?? {};
    return kind === 'package' && typeof name === 'string' && typeof version === 'string' ? [{ kind: 'deb', name, version }] : [];
  });
}
