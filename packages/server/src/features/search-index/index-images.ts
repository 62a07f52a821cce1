import { parseDigest } from '@longshore/oci';
import type { BlobSource } from '../../registry/ports/blob-source.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { ContentStore } from '../../registry/ports/content-store.ts';
import type { Logger } from '../../registry/ports/logger.ts';
import { type ImageWord, mostIndexedBytes, type SearchStore, type UnindexedManifest } from '../../registry/ports/search-store.ts';
import { imageWords } from './image-words.ts';
import { pause } from './pause.ts';

/** What is looked into at once: as many configurations are in memory. */
const batch = 50;
/** Between two batches: while many push, their pushes come first. A hundred images in a second take a sixtieth of a core. */
const restMs = 500;

/** What the feature works on. */
export interface SearchIndexDeps {
  readonly search: Pick<SearchStore, 'listUnindexedManifests' | 'indexManifests'>;
  readonly content: Pick<ContentStore, 'findBlob'>;
  readonly source: BlobSource;
  readonly logger: Logger;
}

/**
 * Looks into every manifest on the list. One whose configuration cannot be read for now stays on it; one whose configuration is lost, or is
 * none, is found by what it says itself. Takes its time between one batch and the next. Answers whether everything is done.
 */
export async function indexImages(deps: SearchIndexDeps, signal: AbortSignal): Promise<boolean> {
  let isDone = true;
  for (let after = 0; ; ) {
    signal.throwIfAborted();
    const listed = await deps.search.listUnindexedManifests({ after, limit: batch });
    const manifests: { manifestId: number; words: ImageWord[] }[] = [];
    for (const manifest of listed) {
      const words = await wordsOf(deps, manifest);
      if (words !== undefined) manifests.push({ manifestId: manifest.manifestId, words });
      else isDone = false;
    }
    if (manifests.length > 0) await deps.search.indexManifests({ manifests });
    after = listed.at(-1)?.manifestId ?? after;
    if (listed.length < batch) return isDone;
    await pause(restMs, signal);
  }
}

/** Undefined: not for now. */
async function wordsOf(deps: SearchIndexDeps, manifest: UnindexedManifest): Promise<ImageWord[] | undefined> {
  const { annotations, config } = (parsed(manifest.bytes) ?? {}) as { annotations?: unknown; config?: unknown };
  try {
    return imageWords(await labelsOf(deps, manifest, config), annotations);
  } catch (error) {
    if (!(error instanceof StorageError) || !error.retryable) {
      deps.logger.warn('The labels of an image cannot be read; the search finds it by its annotations.', {
        manifest: manifest.manifestId,
        error,
      });
      return imageWords(undefined, annotations);
    }
    return undefined;
  }
}

async function labelsOf({ content, source }: SearchIndexDeps, { repository }: UnindexedManifest, config: unknown): Promise<unknown> {
  const { digest: text } = (config ?? {}) as { digest?: unknown };
  const digest = typeof text === 'string' ? parseDigest(text) : undefined;
  const blob = digest && (await content.findBlob(repository, digest));
  if (blob === undefined || blob.sizeBytes === 0 || blob.sizeBytes > mostIndexedBytes) return undefined;
  const reader = await source.open(blob);
  if (reader === undefined) return undefined;
  const pieces: Buffer[] = [];
  try {
    // Copied: the piece is the reader's again afterwards.
    await reader.read(0, blob.sizeBytes - 1, (piece) => void pieces.push(Buffer.from(piece)));
  } finally {
    await reader.close();
  }
  return ((parsed(Buffer.concat(pieces)) as { config?: { Labels?: unknown } | null } | undefined)?.config ?? undefined)?.Labels;
}

/** What the bytes say when they are an object of JSON. */
function parsed(bytes: Uint8Array | undefined): object | undefined {
  if (bytes === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
