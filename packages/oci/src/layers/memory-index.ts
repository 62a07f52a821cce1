import { firstFrom } from './first-from.ts';
import type { IndexBuilder } from './index-builder.ts';
import { entryOf, isMerelyImplied, keyOf } from './index-lines.ts';
import type { LayerEntry, LayerIndex, LayerSummary } from './layer-entry.ts';
import { NearestToRoot } from './nearest-to-root.ts';

/** An index that is in memory, for who looks into an image once. */
export class MemoryIndex implements LayerIndex {
  readonly summary: LayerSummary;
  readonly #keys: string[] = [];
  readonly #lines: string[] = [];

  /** `unpackedBytes`: how much of the archive was read. */
  constructor(builder: IndexBuilder, unpackedBytes: number) {
    this.summary = builder.summary(unpackedBytes);
    for (const [key, line] of builder.lines()) {
      this.#keys.push(key);
      this.#lines.push(line);
    }
  }

  async find(path: string): Promise<LayerEntry | undefined> {
    const key = keyOf(path);
    const at = firstFrom(this.#keys, key);
    return this.#keys[at] === key ? this.#entry(at) : undefined;
  }

  async list(directory: string, { after, limit }: { after?: string | undefined; limit: number }): Promise<readonly LayerEntry[]> {
    const prefix = `${directory}\0`;
    // The root lies in itself under an empty name; it is no entry of any directory.
    const from = `${prefix}${after ?? ''}`;
    const found: LayerEntry[] = [];
    let at = firstFrom(this.#keys, from);
    if (this.#keys[at] === from) at += 1;
    for (; found.length < limit && this.#keys[at]?.startsWith(prefix) === true; at += 1) found.push(this.#entry(at));
    return found;
  }

  async impliedDirectories(): Promise<readonly string[]> {
    const implied = new NearestToRoot();
    for (const [at, line] of this.#lines.entries()) if (isMerelyImplied(line)) implied.add(this.#keys[at] ?? '');
    return implied.paths();
  }

  async close(): Promise<void> {
    this.#keys.length = 0;
    this.#lines.length = 0;
  }

  #entry(at: number): LayerEntry {
    return entryOf(this.#lines[at] ?? '');
  }
}
