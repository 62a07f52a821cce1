import { createHash, type Hash, hash } from 'node:crypto';
import { ArchiveFault, mostPathBytes, pathOf, type TarEntry, type TarSink } from '@longshore/oci/layers';
import type { FileEntry, FileKind, FileTraits } from './file-tree.ts';
import { LayerTree } from './layer-tree.ts';
import { packageScan } from './packages/package-file.ts';
import type { PackageScan } from './packages/package-scan.ts';

/** Entries of both images together: their trees take about 300 bytes each. */
const mostTreeEntries = 500_000;
/** Packages of both images together, as often as files tell of them. */
const mostPackages = 500_000;

/** What the layers of a comparison may still cost, together. */
export interface Allowance {
  entries: number;
  packages: number;
}

/** What a whole comparison may cost. */
export function newAllowance(): Allowance {
  return { entries: mostTreeEntries, packages: mostPackages };
}

const kinds: Readonly<Record<string, FileKind>> = {
  '0': 'file',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
};

/** Makes the tree of one layer of its archive: hashes every file, and reads those that tell of packages. */
export class LayerSink implements TarSink {
  readonly tree = new LayerTree();
  readonly #layer: number;
  readonly #allowance: Allowance;
  #entry: FileEntry | undefined;
  #hash: Hash | undefined;
  #scan: PackageScan | undefined;
  readonly #traits = new Map<string, FileTraits>();
  /** Whether it has a database of packages that nothing here reads. */
  hasUnreadPackages = false;

  constructor(layer: number, allowance: Allowance) {
    this.#layer = layer;
    this.#allowance = allowance;
  }

  entry(entry: TarEntry): void {
    this.#allowance.entries -= 1;
    if (this.#allowance.entries < 0)
      throw new ArchiveFault(`the images have more than ${mostTreeEntries} files, which are too many to compare`);
    this.#entry = undefined;
    if (entry.type === '1') {
      this.tree.link(entry.name, entry.link);
      return;
    }
    // What POSIX does not know is a file to whoever unpacks it.
    const kind = kinds[entry.type] ?? 'file';
    if (kind === 'symlink' && entry.link.length > mostPathBytes) throw new ArchiveFault('a symbolic link of it is longer than any may be');
    this.#entry = this.tree.add(entry.name, {
      traits: this.#traitsOf(kind, entry),
      size: kind === 'file' ? entry.sizeBytes : 0,
      target: kind === 'symlink' ? entry.link : '',
      sha256: '',
    });
    if (this.#entry === undefined || kind !== 'file') return;
    if (entry.isTooSparse) throw new ArchiveFault('a sparse file of it is too large to be compared');
    this.#entry.sha256 = ofNothing;
    this.#scan = packageScan(pathOf(entry.name) ?? '', entry.sizeBytes);
  }

  data(piece: Uint8Array): void {
    const entry = this.#entry;
    // A file that comes at once is hashed at once: half of all time goes into objects otherwise.
    if (entry?.traits.kind === 'file' && piece.length === entry.size) entry.sha256 = hash('sha256', piece, 'binary');
    else {
      this.#hash ??= createHash('sha256');
      this.#hash.update(piece);
    }
    this.#scan?.take(piece);
  }

  end(): void {
    const entry = this.#entry;
    // As text of a byte each: V8 keeps it in half of what hexadecimal takes, and in a third of a buffer.
    if (entry !== undefined && this.#hash !== undefined) entry.sha256 = this.#hash.digest('binary');
    const packages = this.#scan && this.#readPackages(this.#scan);
    if (entry !== undefined && packages !== undefined) entry.packages = packages;
    this.#hash = undefined;
    this.#scan = undefined;
  }

  /** The same object for files that follow each other and are alike. */
  #traitsOf(kind: FileKind, { mode, uid, gid }: TarEntry): FileTraits {
    const key = `${kind} ${mode}`;
    const last = this.#traits.get(key);
    if (last?.uid === uid && last.gid === gid) return last;
    const traits = { kind, mode, uid, gid, layer: this.#layer };
    this.#traits.set(key, traits);
    return traits;
  }

  #readPackages(scan: PackageScan): readonly string[] | undefined {
    const found = scan.end();
    if (found === undefined) {
      this.hasUnreadPackages = true;
      return undefined;
    }
    this.#allowance.packages -= found.length;
    if (this.#allowance.packages < 0) throw new ArchiveFault(`the images tell of more than ${mostPackages} packages`);
    return found.length === 0 ? undefined : found.map(({ kind, name, version }) => [kind, name, version].map(printable).join('\0'));
  }
}

const ofNothing = hash('sha256', '', 'binary');

/** Databases and terminals take no zero characters. */
const printable = (text: string) => text.replaceAll('\0', '').slice(0, 256).toWellFormed();
