import type { GarbageReport } from '../../registry/ports/garbage-store.ts';
import type { GarbageItem } from './garbage-item.ts';

const counted = { manifest: 'manifests', link: 'links', blob: 'blobs', upload: 'uploads', orphan: 'orphans' } as const;

/** Counts what one run removes, or would remove. */
export class GarbageTally {
  readonly #counts = { manifests: 0, links: 0, blobs: 0, uploads: 0, orphans: 0, bytes: 0, failed: 0 };

  /** Counts `count` rows that free no bytes of a store by themselves. */
  addRows(kind: 'manifest' | 'link', count: number): void {
    this.#counts[counted[kind]] += count;
  }

  /** Counts one thing of a store. */
  addStored(kind: 'blob' | 'upload' | 'orphan', sizeBytes: number): void {
    this.#counts[counted[kind]] += 1;
    this.#counts.bytes += sizeBytes;
  }

  /** Counts what a preview found. */
  addItem(item: GarbageItem): void {
    if (item.kind === 'manifest' || item.kind === 'link') this.addRows(item.kind, 1);
    else this.addStored(item.kind, item.sizeBytes);
  }

  /** Counts a file that could not be deleted. */
  addFailure(): void {
    this.#counts.failed += 1;
  }

  /** The counts so far. */
  report(dryRun: boolean): GarbageReport {
    return { dryRun, ...this.#counts };
  }
}
