import type { BlobLocation } from '../registry/ports/blob-store.ts';
import type { UnlinkedPlacement } from '../registry/ports/garbage-store.ts';
import { fromColumn } from './digest-column.ts';

/** A placement joined with its store and blob. */
export interface PlacementRow {
  readonly id: number;
  readonly store: string;
  readonly location: BlobLocation;
  readonly digest: Uint8Array;
  readonly size: number;
}

/** The row as garbage collection knows it. */
export function toPlacement(row: PlacementRow): UnlinkedPlacement {
  return { placementId: row.id, store: row.store, location: row.location, digest: fromColumn(row.digest), sizeBytes: row.size };
}
