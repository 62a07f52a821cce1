import { compareConfigs, mostConfigDifferences } from '@longshore/oci/image';
import { ArchiveFault, TarReader, unpack } from '@longshore/oci/layers';
import type { ComparedFile, ComparisonFindings, FileDifference, PackageDifference } from '../registry/ports/image-comparer.ts';
import { FilePages } from './file-pages.ts';
import { type FileEntry, newTree, type TreeNode } from './file-tree.ts';
import { type Allowance, LayerSink, newAllowance } from './layer-sink.ts';
import { PackageDifferences } from './packages/package-difference.ts';
import { copyTree, coverTheSame, stackTrees } from './stack-trees.ts';
import type { ThreadDoor } from './thread-door.ts';
import type { TaskLayer, ThreadTask } from './thread-messages.ts';
import { type TreeDifference, treeDifferences } from './tree-difference.ts';

/** Paths that are listed; of more, how many they are. */
const mostFiles = 200_000;
const mostListedPackages = 5_000;

/** Thrown with a whole sentence for what is wrong with a layer. */
export class UnreadableLayerError extends Error {
  override readonly name = 'UnreadableLayerError';
}

/**
 * Compares what two images unpack to. Layers that both have, lowest first, are read once, and not at all where the layers above tell
 * of the same paths on both sides: then nothing that shows through differs.
 */
export class ImageComparison {
  readonly #door: ThreadDoor;
  readonly #layers: readonly TaskLayer[];
  readonly #fromLayers: number;
  readonly #configs: readonly [Uint8Array, Uint8Array];
  readonly #allowance: Allowance = newAllowance();
  #bytesRead = 0;
  #bytesTotal = 0;
  #hasUnreadPackages = false;

  constructor(door: ThreadDoor, task: ThreadTask & { kind: 'images' }) {
    this.#door = door;
    this.#layers = task.layers;
    this.#fromLayers = task.fromLayers;
    this.#configs = task.configs;
  }

  async run(): Promise<ComparisonFindings> {
    const places = this.#layers.map((_, place) => place);
    const [from, to] = [places.slice(0, this.#fromLayers), places.slice(this.#fromLayers)];
    let shared = 0;
    while (shared < from.length && shared < to.length && this.#digest(from[shared]) === this.#digest(to[shared])) shared += 1;
    this.#expect([...from.slice(shared), ...to.slice(shared)]);
    // At once: while one is unpacked by the pool of threads, the other is hashed here.
    const [before, after] = await Promise.all([this.#readAbove(from.slice(shared), shared), this.#readAbove(to.slice(shared), shared)]);
    if (shared === 0 || coverTheSame(before, after))
      return this.#compare(stackTrees(newTree(), before, 'ground'), stackTrees(newTree(), after, 'ground'));
    const common = from.slice(0, shared);
    this.#expect(common);
    const ground = stackTrees(newTree(), await this.#readAbove(common, 0), 'ground');
    return this.#compare(stackTrees(copyTree(ground), before, 'ground'), stackTrees(ground, after, 'ground'));
  }

  #digest(place: number | undefined): string | undefined {
    return place === undefined ? undefined : this.#layers[place]?.digest;
  }

  #expect(places: readonly number[]): void {
    for (const place of places) this.#bytesTotal += this.#layers[place]?.sizeBytes ?? 0;
  }

  async #readAbove(places: readonly number[], lowest: number): Promise<TreeNode> {
    let tree = newTree();
    for (const [index, place] of places.entries()) tree = stackTrees(tree, await this.#readLayer(place, lowest + index), 'above-ground');
    return tree;
  }

  async #readLayer(place: number, layer: number): Promise<TreeNode> {
    const sink = new LayerSink(layer, this.#allowance);
    const reader = new TarReader(sink);
    try {
      for await (const piece of unpack(this.#counted(place))) reader.write(piece);
      reader.close();
    } catch (error) {
      if (!(error instanceof ArchiveFault)) throw error;
      throw new UnreadableLayerError(`The layer ${this.#digest(place)} cannot be compared: ${error.message}.`);
    }
    this.#hasUnreadPackages ||= sink.hasUnreadPackages;
    return sink.tree.root;
  }

  async *#counted(place: number): AsyncGenerator<Buffer> {
    for await (const piece of this.#door.pieces(place)) {
      yield piece;
      this.#bytesRead += piece.length;
      this.#door.say({ kind: 'progress', progress: { bytesRead: this.#bytesRead, bytesTotal: this.#bytesTotal } });
    }
  }

  async #compare(from: TreeNode, to: TreeNode): Promise<ComparisonFindings> {
    const counts = { added: 0, removed: 0, changed: 0 };
    const packages = new PackageDifferences();
    const pages = new FilePages((full) => this.#door.sayPages({ kind: 'pages', pages: full }));
    let told = 0;
    for (const difference of treeDifferences(from, to)) {
      counts[difference.change] += 1;
      packages.note(difference.from?.packages, -1);
      packages.note(difference.to?.packages, 1);
      if (told === mostFiles) continue;
      told += 1;
      await pages.add(shown(difference));
    }
    await pages.end();
    const [config, listed]: [ReturnType<typeof compareConfigs>, PackageDifference[]] = [compareConfigs(...this.#configs), packages.list()];
    return {
      config: config.slice(0, mostConfigDifferences),
      packages: listed.slice(0, mostListedPackages),
      counts,
      isTruncated:
        counts.added + counts.removed + counts.changed > mostFiles ||
        config.length > mostConfigDifferences ||
        listed.length > mostListedPackages,
      hasUnreadPackages: this.#hasUnreadPackages,
      bytesRead: this.#bytesRead,
    };
  }
}

function shown({ path, change, from, to }: TreeDifference): FileDifference {
  return { path, change, ...(from !== undefined && { from: side(path, from) }), ...(to !== undefined && { to: side(path, to) }) };
}

function side(path: string, { traits, size, sha256, target, path: place }: FileEntry): ComparedFile {
  return {
    ...traits,
    size,
    ...(sha256 !== '' && { sha256: hexadecimal(sha256) }),
    ...(target !== '' && { target }),
    ...(place !== undefined && place !== path && { path: place }),
  };
}

/** A hash as it is shown. In memory that is used again: of a hundred thousand hashes, that of each would wait for the collector. */
function hexadecimal(sha256: string): string {
  hashBytes.write(sha256, 'latin1');
  return hashBytes.toString('hex');
}

const hashBytes = Buffer.alloc(32);
