import { inflateRawSync } from 'node:zlib';
import type { InstalledPackage } from './installed-package.ts';
import { mavenPackage, namedPackage } from './jar-names.ts';
import type { PackageScan } from './package-scan.ts';
import { unpackedUnlessDamaged } from './unpacked.ts';
import { type ZipEntry, type ZipEntrySink, ZipWalk } from './zip-walk.ts';

/** Archives of Java and what is built on it, by the ends of their names: an archive of an application has its libraries in it. */
export const jarEndings = ['jar', 'war', 'ear', 'par', 'sar', 'nar', 'hpi', 'jpi'] as const;
const archive = new RegExp(`\\.(?:${jarEndings.join('|')})$`);
const pom = /^META-INF\/maven\/[^/]+\/[^/]+\/pom\.properties$/;
/** An application in an archive for a server has archives, and these may have others. */
const mostDepth = 4;
const mostPackages = 20_000;
/** Manifests with a hash of each class have a megabyte. */
const mostTextBytes = 4 * 1024 * 1024;
/** Archives in archives that are compressed a second time are kept while they are unpacked. */
const mostPackedArchiveBytes = 16 * 1024 * 1024;
/** What is unpacked of a file in all, for each of its bytes: of classes and texts a third is saved. */
const mostRatio = 8;

/** Reads what an archive of Java is, and all that are in it, as it comes. */
export class JarScan implements PackageScan {
  readonly #jar: Jar;
  readonly #limits: Limits;

  constructor(path: string, sizeBytes: number) {
    this.#limits = { packages: mostPackages, unpackedBytes: sizeBytes * mostRatio };
    this.#jar = new Jar(path, 0, this.#limits);
  }

  take(piece: Uint8Array): void {
    this.#jar.write(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
  }

  end(): InstalledPackage[] | undefined {
    const found = this.#jar.end();
    return this.#limits.packages < 0 ? undefined : found;
  }
}

/** What may still be found and unpacked, in a file and all archives in it. */
interface Limits {
  packages: number;
  unpackedBytes: number;
}

class Jar {
  readonly #file: string;
  readonly #depth: number;
  readonly #limits: Limits;
  readonly #walk = new ZipWalk((entry) => this.#open(entry));
  readonly #told: InstalledPackage[] = [];
  readonly #nested: InstalledPackage[] = [];
  #manifest: Buffer | undefined;

  constructor(file: string, depth: number, limits: Limits) {
    this.#file = file;
    this.#depth = depth;
    this.#limits = limits;
  }

  write(bytes: Buffer): void {
    if (this.#limits.packages >= 0) this.#walk.write(bytes);
  }

  end(): InstalledPackage[] {
    const own = namedPackage(this.#file, this.#told, this.#manifest);
    this.#limits.packages -= Number(own !== undefined);
    return [...(own === undefined ? [] : [own]), ...this.#told, ...this.#nested];
  }

  #open({ name, isDeflated }: ZipEntry): ZipEntrySink | undefined {
    const keep = (most: number, use: (bytes: Buffer) => void) => new KeptEntry(isDeflated, most, this.#limits, use);
    if (name === 'META-INF/MANIFEST.MF') return keep(mostTextBytes, (bytes) => (this.#manifest = bytes));
    if (pom.test(name)) return keep(mostTextBytes, (bytes) => this.#tell(mavenPackage(bytes)));
    if (!archive.test(name) || this.#depth === mostDepth) return undefined;
    const jar = new Jar(name, this.#depth + 1, this.#limits);
    const end = () => void this.#nested.push(...jar.end());
    if (!isDeflated) return { take: (bytes) => jar.write(bytes), end };
    const kept = keep(mostPackedArchiveBytes, (bytes) => jar.write(bytes));
    return {
      take: (bytes) => kept.take(bytes),
      end: () => {
        kept.end();
        end();
      },
    };
  }

  #tell(found: InstalledPackage | undefined): void {
    this.#limits.packages -= Number(found !== undefined);
    if (found !== undefined && this.#limits.packages >= 0) this.#told.push(found);
  }
}

/** Keeps an entry until it is there whole, and unpacks it. What is too long, or damaged, is not used. */
class KeptEntry implements ZipEntrySink {
  readonly #isDeflated: boolean;
  readonly #most: number;
  readonly #limits: Limits;
  readonly #use: (bytes: Buffer) => void;
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(isDeflated: boolean, most: number, limits: Limits, use: (bytes: Buffer) => void) {
    this.#isDeflated = isDeflated;
    this.#most = most;
    this.#limits = limits;
    this.#use = use;
  }

  take(bytes: Buffer): void {
    this.#length += bytes.length;
    if (this.#length <= this.#most) this.#pieces.push(Buffer.from(bytes));
    else this.#pieces = [];
  }

  end(): void {
    if (this.#length > this.#most) return;
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [];
    const unpacked = this.#isDeflated ? inflated(bytes, Math.min(this.#most, this.#limits.unpackedBytes)) : bytes;
    this.#limits.unpackedBytes -= unpacked?.length ?? 0;
    if (unpacked !== undefined) this.#use(unpacked);
  }
}

function inflated(bytes: Buffer, maxOutputLength: number): Buffer | undefined {
  return maxOutputLength <= 0 ? undefined : unpackedUnlessDamaged(() => inflateRawSync(bytes, { maxOutputLength }));
}
