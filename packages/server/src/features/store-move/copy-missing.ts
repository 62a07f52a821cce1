import { copyBlob } from '../../registry/copy-blob.ts';
import { reach } from '../../registry/failpoints.ts';
import type { BlobLocation } from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { MovingBlob, ProjectStore, StoreMove } from '../../registry/ports/project-store.ts';
import type { MoveDeps } from './move-deps.ts';
import type { MoveTally } from './move-tally.ts';

/** Blobs that are copied at once: small ones wait for fsyncs and round trips, large ones for bandwidth. */
const lanes = 4;

/** More blobs that cannot be copied than this are the fault of a store. */
const mostFailed = 100;

type Direction = StoreMove & { readonly from: string };

/** What the passes of one move share. */
export interface MoveRun {
  readonly deps: MoveDeps;
  readonly move: Direction;
  readonly signal: AbortSignal;
  readonly tally: MoveTally;
}

/** Counts what a move would copy. */
export async function previewCopies(projects: ProjectStore, move: Direction, tally: MoveTally, signal?: AbortSignal): Promise<void> {
  await eachPage(projects, move, async (items) => {
    signal?.throwIfAborted();
    for (const { copied, location, sizeBytes } of items) {
      if (copied) tally.present += 1;
      else if (location === undefined) tally.lost += 1;
      else tally.addCopy(sizeBytes);
    }
  });
}

/**
 * Goes once through the blobs of a project and copies those that the new store does not have. True when none of them changed meanwhile:
 * then it has every one but those that `tally` counts as failed or lost, and no collection can take one away.
 */
export async function copyMissing(run: MoveRun, onPage: () => void): Promise<boolean> {
  const { deps, move, tally, signal } = run;
  let settled = true;
  tally.restart();
  await eachPage(deps.projects, move, async (items) => {
    const present = items.filter(({ copied }) => copied).map(({ digest }) => digest);
    // A collection may have chosen such a copy just before the move began; whoever is first decides.
    const renewed = await deps.projects.renewCopies({ store: move.to, digests: present, at: deps.clock() });
    if (renewed < present.length) settled = false;
    tally.present += renewed;
    const missing = items.filter(({ copied }) => !copied).values();
    await Promise.all(
      Array.from({ length: lanes }, async () => {
        for (const blob of missing) {
          signal.throwIfAborted();
          if (!(await copyOne(run, blob))) settled = false;
        }
      }),
    );
    onPage();
  });
  return settled;
}

/** Copies one blob; false when it was not where it was said to be, so that it has to be looked for again. */
async function copyOne({ deps, move, tally }: MoveRun, { digest, sizeBytes, location }: MovingBlob): Promise<boolean> {
  const { stores, content, logger, clock } = deps;
  if (location === undefined) {
    tally.lost += 1;
    return true;
  }
  let copied: BlobLocation | undefined;
  try {
    copied = await copyBlob({ store: stores.of(move.from), location, digest }, stores.of(move.to));
  } catch (error) {
    if (!(error instanceof StorageError) || error.retryable) throw error;
    tally.failed += 1;
    if (tally.failed > mostFailed) throw error;
    logger.error('A blob could not be copied: push it again, which stores it where the project lives now.', { digest, ...move, error });
    return true;
  }
  if (copied === undefined) {
    // Lost, or garbage that was collected just now: the next pass finds out.
    await content.reportLostBlob({ store: move.from, location, at: clock() });
    return false;
  }
  const placed = await deps.projects.placeCopy({ ...move, digest, location: copied, at: clock() });
  reach('move.placed');
  if (placed === 'placed') tally.addCopy(sizeBytes);
  else await stores.of(move.to).delete(copied);
  return true;
}

async function eachPage(projects: ProjectStore, move: Direction, visit: (items: MovingBlob[]) => Promise<void>): Promise<void> {
  let cursor: number | undefined;
  do {
    const page = await projects.listMovingBlobs(move, cursor);
    await visit(page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
}
