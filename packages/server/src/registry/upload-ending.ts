import type { Digest } from '@longshore/oci';
import { type BlobLocation, type BlobStore, StorageError } from './ports/blob-store.ts';
import type { ContentStore } from './ports/content-store.ts';
import type { Logger } from './ports/logger.ts';
import type { UploadHandle } from './registry.ts';
import { RegistryError } from './registry-error.ts';

/** How long a request waits for another one that is ending the same session. */
const mostWaitMs = 10_000;
const againMs = 200;

/** Bytes that are no blob. */
interface Spare {
  readonly store: BlobStore;
  readonly location: BlobLocation;
}

interface EndingDeps {
  readonly content: ContentStore;
  readonly logger: Logger;
  readonly now: () => number;
}

/**
 * One request that is to end an upload session. A load balancer that lost its patience sends such a request to another replica while the
 * first one still works on it: the newest takes the session over, and each of them has to be told how it ended.
 */
export class UploadEnding {
  readonly upload: UploadHandle;
  readonly digest: Digest;
  /** What this request stored in vain. */
  readonly spares: Spare[] = [];
  /** The epoch in which this request holds the session. */
  epoch: number | undefined;
  readonly #deps: EndingDeps;

  constructor(deps: EndingDeps, upload: UploadHandle, digest: Digest) {
    this.#deps = deps;
    this.upload = upload;
    this.digest = digest;
  }

  /**
   * Whether the blob is in its repository by now although this request failed: another one ended the session, before or just now. Waits
   * for a newer epoch that is at it; throws a 503 when that takes long.
   */
  async isDoneByOthers(error: unknown): Promise<boolean> {
    if (!(error instanceof StorageError) && !isAboutSession(error)) return false;
    const { content, now } = this.#deps;
    const { repository, id } = this.upload;
    for (const startedAt = performance.now(); ; await pause()) {
      const session = await content.findUpload(id);
      if (session === undefined) {
        for (const spare of this.spares) await removeSpare(this.#deps, spare);
        return content.renewBlob({ repository, digest: this.digest, at: now() });
      }
      const isOthers = this.epoch === undefined ? isTakenOver(error) : session.epoch !== this.epoch;
      if (!isOthers) return false;
      if (performance.now() - startedAt > mostWaitMs) throw busy(error);
    }
  }
}

/** Deletes a copy that nobody needs. Failing to do so costs space until the orphan sweep, never the push. */
export async function removeSpare({ logger }: Pick<EndingDeps, 'logger'>, { store, location }: Spare): Promise<void> {
  try {
    await store.delete(location);
  } catch (cause) {
    logger.warn('a spare copy of a blob could not be deleted; the orphan sweep will', { location, cause });
  }
}

/** The refusal for a request that finds the session in the hands of another one. */
export function takenOver(upload: { id: string }): RegistryError {
  return new RegistryError('BLOB_UPLOAD_INVALID', {
    status: 416,
    message: 'Another request continued this upload at the same time: ask for its status and continue from there.',
    detail: { upload: upload.id },
  });
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, againMs));
}

function isTakenOver(error: unknown): boolean {
  return error instanceof RegistryError && error.code === 'BLOB_UPLOAD_INVALID';
}

function isAboutSession(error: unknown): boolean {
  return isTakenOver(error) || (error instanceof RegistryError && error.code === 'BLOB_UPLOAD_UNKNOWN');
}

function busy(cause: unknown): RegistryError {
  const message = 'Another request is ending this upload: send this one again in a moment.';
  return new RegistryError('UNAVAILABLE', { message, headers: { 'Retry-After': '2' }, cause });
}
