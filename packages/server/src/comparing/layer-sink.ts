import { createHash, type Hash } from 'node:crypto';
import { ArchiveFault } from '../layers/tar-header.ts';
import type { TarEntry, TarSink } from '../layers/tar-reader.ts';
import type { FileEntry, FileKind } from './file-tree.ts';
import { LayerTree } from './layer-tree.ts';
import { longestPackageFile, type PackageReader, packageReader } from './packages/package-file.ts';

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
  #reader: PackageReader | undefined;
  #pieces: Buffer[] = [];
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
    this.#entry = this.tree.add(entry.name, {
      kind,
      mode: entry.mode,
      uid: entry.uid,
      gid: entry.gid,
      size: kind === 'file' ? entry.sizeBytes : 0,
      target: kind === 'symlink' ? entry.link : '',
      layer: this.#layer,
      sha256: '',
      packages: undefined,
    });
    if (this.#entry === undefined || kind !== 'file') return;
    if (entry.isTooSparse) throw new ArchiveFault('a sparse file of it is too large to be compared');
    this.#hash = createHash('sha256');
    const { path } = this.#entry;
    this.hasUnreadPackages ||= /(?:^|\/)rpmdb\.sqlite$|^var\/lib\/rpm\/Packages(?:\.db)?$/.test(path);
    this.#reader = entry.sizeBytes > longestPackageFile ? undefined : packageReader(path);
  }

  data(piece: Uint8Array): void {
    this.#hash?.update(piece);
    // Of a copy: the piece is not ours for long.
    if (this.#reader !== undefined) this.#pieces.push(Buffer.from(piece));
  }

  end(): void {
    const entry = this.#entry;
    if (entry !== undefined && this.#hash !== undefined) entry.sha256 = this.#hash.digest('hex');
    if (entry !== undefined && this.#reader !== undefined) entry.packages = this.#readPackages(this.#reader, entry.path);
    this.#hash = undefined;
    this.#reader = undefined;
    this.#pieces = [];
  }

  #readPackages(read: PackageReader, path: string): readonly string[] | undefined {
    const found = read(Buffer.concat(this.#pieces), path);
    this.#allowance.packages -= found.length;
    if (this.#allowance.packages < 0) throw new ArchiveFault(`the images tell of more than ${mostPackages} packages`);
    return found.length === 0 ? undefined : found.map(({ kind, name, version }) => [kind, name, version].map(printable).join('\0'));
  }
}

/** Databases and terminals take no zero characters. */
const printable = (text: string) => text.replaceAll('\0', '').slice(0, 256).toWellFormed();
