import type { BlobStores } from './blob-stores.ts';
import { Blobs } from './blobs.ts';
import { Manifests, type ReadManifest } from './manifests.ts';
import type { BlobSource } from './ports/blob-source.ts';
import type { StartHash } from './ports/byte-hash.ts';
import type { ContentStore } from './ports/content-store.ts';
import type { Logger } from './ports/logger.ts';
import type { ProjectStore } from './ports/project-store.ts';
import type { QuotaRefusal } from './ports/quota-excess.ts';
import type { QuotaStore } from './ports/quota-store.ts';
import { Quotas } from './quotas.ts';
import { listReferrers } from './referrers.ts';
import type { Registry } from './registry.ts';
import { RegistryError } from './registry-error.ts';
import { Uploads } from './uploads.ts';

export interface RegistryDeps {
  readonly content: ContentStore & Pick<ProjectStore, 'findProject'> & QuotaStore;
  readonly stores: BlobStores;
  /** What pulled blobs are read from: `stores`, or a cache of them. */
  readonly source: BlobSource;
  readonly logger: Logger;
  /** Hashes uploads. */
  readonly startHash: StartHash;
  readonly readLargeManifest: ReadManifest;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How long unreferenced content is safe from garbage collection. */
  readonly graceMs: number;
  /** Told of each refusal. */
  readonly onQuotaRefusal: (refusal: QuotaRefusal) => void;
}

/** Builds the core over its ports. `close` lets go of open uploads; they can be continued after a restart. */
export function createRegistry(deps: RegistryDeps): { registry: Registry; close: () => Promise<void> } {
  const { content } = deps;
  const renewAfterMs = deps.graceMs / 4;
  const quotas = new Quotas(deps);
  const blobs = new Blobs({ ...deps, quotas, renewAfterMs });
  const uploads = new Uploads({ ...deps, quotas });
  const manifests = new Manifests({ ...deps, quotas, renewAfterMs });
  const registry: Registry = {
    statBlob: (repository, digest) => blobs.stat(repository, digest),
    openBlob: (repository, digest, first) => blobs.open(repository, digest, first),
    linkBlob: (repository, digest, clientAddress) => blobs.link(repository, digest, clientAddress),
    deleteBlob: (repository, digest, by) => blobs.delete(repository, digest, by),
    mountBlob: (mount) => blobs.mount(mount),
    startUpload: (repository, by, algorithm) => uploads.start(repository, by, algorithm),
    uploadProgress: (upload) => uploads.progress(upload),
    appendUpload: (upload, chunk) => uploads.append(upload, chunk),
    finishUpload: (upload, digest, chunk) => uploads.finish(upload, digest, chunk),
    cancelUpload: (upload) => uploads.cancel(upload),
    getManifest: (repository, reference) => manifests.get(repository, reference),
    statManifest: (repository, reference) => manifests.stat(repository, reference),
    putManifest: (push) => manifests.put(push),
    deleteManifest: (repository, reference, by) => manifests.delete(repository, reference, by),
    quotaWarning: (repository) => quotas.warning(repository),
    listTags: async (repository, page) => {
      const tags = await content.listTags(repository, page);
      if (tags === undefined) throw new RegistryError('NAME_UNKNOWN', { detail: { name: repository } });
      return tags;
    },
    listRepositories: (visibility, page) => content.listRepositories(visibility, page),
    listReferrers: (repository, subject, artifactType, page) => listReferrers(content, { repository, subject, artifactType, page }),
  };
  return { registry, close: () => uploads.close() };
}
