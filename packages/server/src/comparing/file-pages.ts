import { type FileChange, fileChanges } from '../registry/ports/comparison-store.ts';
import type { FileDifference } from '../registry/ports/image-comparer.ts';
import { FilePacker } from './packed-files.ts';
import type { PackedPage } from './thread-messages.ts';

/** Pages that are given away at once. */
const batchPages = 16;

/** Packs files, as they come by path, into pages for each kind of change: here, so that nobody else holds them unpacked. */
export class FilePages {
  readonly #give: (pages: readonly PackedPage[]) => Promise<void>;
  readonly #open: Record<FileChange, { readonly packer: FilePacker; lastPath: string }>;
  #pages: PackedPage[] = [];

  constructor(give: (pages: readonly PackedPage[]) => Promise<void>) {
    this.#give = give;
    const empty = () => ({ packer: new FilePacker(), lastPath: '' });
    this.#open = { added: empty(), removed: empty(), changed: empty() };
  }

  async add(file: FileDifference): Promise<void> {
    const page = this.#open[file.change];
    page.packer.add(file);
    page.lastPath = file.path;
    if (!page.packer.isFull) return;
    this.#close(file.change);
    if (this.#pages.length >= batchPages) await this.#giveAll();
  }

  async end(): Promise<void> {
    for (const change of fileChanges) if (!this.#open[change].packer.isEmpty) this.#close(change);
    if (this.#pages.length > 0) await this.#giveAll();
  }

  #close(change: FileChange): void {
    const { packer, lastPath } = this.#open[change];
    this.#pages.push({ change, lastPath, entries: packer.pack() });
  }

  async #giveAll(): Promise<void> {
    const pages = this.#pages;
    this.#pages = [];
    await this.#give(pages);
  }
}
