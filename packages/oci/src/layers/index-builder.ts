import { createHash, type Hash, hash } from 'node:crypto';
import { pathOf, splitPath } from './entry-path.ts';
import type { LayerEntry, LayerEntryKind, LayerSummary } from './layer-entry.ts';
import { mostEntries, mostIndexBytes } from './layer-limits.ts';
import { PackedEntries } from './packed-entries.ts';
import { realDirectory } from './real-directory.ts';
import { ArchiveFault } from './tar-header.ts';
import type { TarEntry, TarSink } from './tar-reader.ts';

const kinds: Readonly<Record<string, LayerEntryKind>> = {
  '0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
};

/** Image specification, "Whiteouts". */
const whiteoutPrefix = '.wh.';
const opaqueName = '.wh..wh..opq';

/** Names that are looked at for links of the archive: somebody may have made them up. */
const mostLooks = 2_000_000;

/** A file of no more bytes than come at once is hashed at once. */
interface Hashing {
  readonly entry: LayerEntry;
  hash: Hash | undefined;
  sha256: string | undefined;
}

/** Makes the index of a layer from what is in its archive. Throws `ArchiveFault` when that is more than fits. */
export class IndexBuilder implements TarSink {
  /** Of several entries of one name the last. */
  readonly #entries = new PackedEntries();
  #leftOut = 0;
  #files = 0;
  #fileBytes = 0;
  #hashing: Hashing | undefined;
  #lastDirectory: string | undefined;
  #looksLeft = mostLooks;

  entry(found: TarEntry): void {
    const named = pathOf(found.name);
    const path = named === undefined ? undefined : this.#withoutLinks(named);
    const [directory, name] = splitPath(path ?? '');
    if (name === opaqueName) this.#addOpaque(directory);
    else if (path === undefined || name.startsWith('.wh..wh.') || name === whiteoutPrefix) this.#leftOut += 1;
    else if (name.startsWith(whiteoutPrefix)) this.#addWhiteout(directory, name.slice(whiteoutPrefix.length), found);
    else this.#addFound(path, found);
  }

  data(piece: Uint8Array): void {
    const hashing = this.#hashing;
    if (hashing === undefined) return;
    if (piece.length === hashing.entry.sizeBytes) hashing.sha256 = hash('sha256', piece, 'hex');
    else {
      hashing.hash ??= createHash('sha256');
      hashing.hash.update(piece);
    }
  }

  end(): void {
    if (this.#hashing === undefined) return;
    const { entry, hash: started, sha256 } = this.#hashing;
    this.#hashing = undefined;
    this.#put({ ...entry, sha256: sha256 ?? started?.digest('hex') ?? hash('sha256', '', 'hex') });
  }

  summary(unpackedBytes: number): LayerSummary {
    return { entries: this.#entries.size, files: this.#files, fileBytes: this.#fileBytes, unpackedBytes, leftOut: this.#leftOut };
  }

  /** Keys and lines, sorted. */
  lines(): Iterable<readonly [key: string, line: string]> {
    return this.#entries.lines();
  }

  #addFound(path: string, found: TarEntry): void {
    const kind = kinds[found.type] ?? 'other';
    const { mode, uid, gid, modifiedAt } = found;
    const plain: LayerEntry = { path, kind, sizeBytes: 0, mode, uid, gid, modifiedAt };
    if (kind === 'file') {
      this.#files += 1;
      this.#fileBytes += found.sizeBytes;
      const file = { ...plain, sizeBytes: found.sizeBytes };
      // What follows replaces this; without bytes to come it stays.
      if (found.isTooSparse) this.#put(file);
      else this.#hashing = { entry: { ...file, offset: found.offset }, hash: undefined, sha256: undefined };
    } else if (kind === 'hardlink') this.#addHardLink(plain, found.link);
    else if (kind === 'symlink') this.#put({ ...plain, target: found.link });
    else if (kind === 'directory') this.#addDirectory(plain);
    else this.#put(plain);
  }

  /** A second name of a file that came before; its bytes are that file's. */
  #addHardLink(plain: LayerEntry, link: string): void {
    const named = pathOf(link);
    if (named === undefined) {
      this.#leftOut += 1;
      return;
    }
    const target = this.#withoutLinks(named);
    const file = this.#entries.get(target);
    const { sizeBytes = 0, offset, sha256 } = file?.kind === 'file' || file?.kind === 'hardlink' ? file : {};
    this.#put({ ...plain, target, sizeBytes, ...(offset !== undefined && { offset }), ...(sha256 !== undefined && { sha256 }) });
  }

  /** A layer may remove a directory and make it anew: then it hides what was in it. */
  #addDirectory(plain: LayerEntry): void {
    const before = this.#entries.get(plain.path);
    const isOpaque = before?.kind === 'whiteout' || before?.isOpaque === true;
    this.#put(isOpaque ? { ...plain, isOpaque } : plain);
  }

  #addOpaque(directory: string): void {
    const before = this.#entries.get(directory);
    if (before?.kind === 'directory') this.#put({ ...before, isOpaque: true });
    else if (before === undefined || before.kind === 'whiteout') this.#put({ ...impliedDirectory(directory), isOpaque: true });
  }

  /** Removes what lower layers have; what this one has under that name stays. */
  #addWhiteout(directory: string, name: string, { mode, uid, gid, modifiedAt }: TarEntry): void {
    const path = directory === '' ? name : `${directory}/${name}`;
    const before = this.#entries.get(path);
    if (before === undefined) this.#put({ path, kind: 'whiteout', sizeBytes: 0, mode, uid, gid, modifiedAt });
    else if (before.kind === 'directory') this.#put({ ...before, isOpaque: true });
  }

  /** A path as it is without links of the archive itself on the way, as whoever unpacks it finds it. */
  #withoutLinks(path: string): string {
    const [directory, name] = splitPath(path);
    if (directory === '' || directory === this.#lastDirectory || this.#entries.get(directory)?.kind === 'directory') return path;
    const real = realDirectory(directory.split('/'), (at) => {
      this.#looksLeft -= 1;
      if (this.#looksLeft < 0) return 'no-directory';
      const { kind, target } = this.#entries.get(at.join('/')) ?? {};
      return kind === 'symlink' && target !== undefined ? { link: target } : 'directory';
    });
    return real === undefined ? path : [...real, name].join('/');
  }

  #put(entry: LayerEntry): void {
    const isNew = this.#entries.set(entry);
    // It may be a link now.
    if (entry.path === this.#lastDirectory) this.#lastDirectory = undefined;
    if (this.#entries.bytes > mostIndexBytes) throw new ArchiveFault('the names of its entries are too long to be kept');
    if (!isNew) return;
    if (this.#entries.size > mostEntries) throw new ArchiveFault(`it has more than ${mostEntries} entries`);
    this.#imply(entry.path);
  }

  /** Lists go from directory to directory, so there must be one for whatever lies in it. */
  #imply(path: string): void {
    if (path === '') return;
    const [directory] = splitPath(path);
    // Most entries lie beside the one before.
    if (directory === this.#lastDirectory) return;
    this.#lastDirectory = directory;
    const before = this.#entries.get(directory);
    if (before === undefined) this.#put(impliedDirectory(directory));
    else if (before.kind === 'whiteout') this.#put({ ...impliedDirectory(directory), isOpaque: true });
  }
}

function impliedDirectory(path: string): LayerEntry {
  return { path, kind: 'directory', sizeBytes: 0, mode: 0o755, uid: 0, gid: 0, modifiedAt: 0, isImplied: true };
}
