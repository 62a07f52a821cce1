import type { Descriptor } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import { parseDigest } from '../digest.ts';
import type { RepositoryName, Tag } from '../reference.ts';
import type { BlobReadOptions, FetchedBlob } from './blobs.ts';
import { deleteBlob, getBlob, headBlob } from './blobs.ts';
import { digestOf, discardBody } from './body.ts';
import type { FetchedManifest, ManifestInfo, ManifestReadOptions, ManifestToPut, PutManifestResult } from './manifests.ts';
import { deleteManifest, getManifest, headManifest, putManifest } from './manifests.ts';
import type { CallOptions, RegistryClientOptions } from './options.ts';
import type { ListOptions } from './pages.ts';
import { stringsOf } from './pages.ts';
import type { ReferrersOptions } from './referrers.ts';
import { addReferrerByTag, listReferrers } from './referrers.ts';
import { createTransport, repositoryScope } from './transport.ts';
import type { BlobToUpload } from './uploads.ts';
import { mountBlob, uploadBlob } from './uploads.ts';

/** A client of one registry. Every method throws a RegistryClientError when the registry refuses. */
export interface RegistryClient {
  /** Resolves when the registry speaks the protocol and accepts the credentials, if there are any. */
  ping(options?: CallOptions): Promise<void>;
  /** A manifest with its digest checked; a missing one is thrown with status 404. */
  getManifest(name: RepositoryName, reference: Tag | Digest, options?: ManifestReadOptions): Promise<FetchedManifest>;
  /** What is known of a manifest without reading it; undefined when it is missing. */
  headManifest(name: RepositoryName, reference: Tag | Digest, options?: ManifestReadOptions): Promise<ManifestInfo | undefined>;
  /** Pushes a manifest, and keeps the referrers tag of its subject when the registry does not keep referrers. */
  putManifest(name: RepositoryName, reference: Tag | Digest, manifest: ManifestToPut): Promise<PutManifestResult>;
  /** Deletes a tag or a manifest; false when it was missing. */
  deleteManifest(name: RepositoryName, reference: Tag | Digest, options?: CallOptions): Promise<boolean>;
  /** Starts reading a blob or a part of it; the caller checks the digest. A missing one is thrown with status 404. */
  getBlob(name: RepositoryName, digest: Digest, options?: BlobReadOptions): Promise<FetchedBlob>;
  /** The size of a blob; undefined when it is missing. */
  headBlob(name: RepositoryName, digest: Digest, options?: CallOptions): Promise<{ readonly sizeBytes?: number } | undefined>;
  /** Uploads a blob, in chunks when told so. */
  uploadBlob(name: RepositoryName, blob: BlobToUpload): Promise<void>;
  /** Mounts a blob from another repository; false when it has to be uploaded. */
  mountBlob(name: RepositoryName, digest: Digest, from?: RepositoryName, options?: CallOptions): Promise<boolean>;
  /** Deletes a blob; false when it was missing. */
  deleteBlob(name: RepositoryName, digest: Digest, options?: CallOptions): Promise<boolean>;
  /** The tags of a repository, page by page as they are consumed. */
  listTags(name: RepositoryName, options?: ListOptions): AsyncIterable<string>;
  /** The repositories of the registry, where it lists them. */
  listRepositories(options?: ListOptions): AsyncIterable<string>;
  /** What refers to a manifest. */
  listReferrers(name: RepositoryName, subject: Digest, options?: ReferrersOptions): Promise<readonly Descriptor[]>;
}

const defaultMaxManifestBytes = 8 * 1024 * 1024;

/**
 * A distribution client over an injected fetch.
 *
 * @example
 * const client = createRegistryClient({ baseUrl: 'https://registry.example', fetch });
 * const manifest = await client.getManifest(requireRepositoryName('team/app'), requireTag('v1'));
 */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const transport = createTransport(options);
  const maxBytes = options.maxManifestBytes ?? defaultMaxManifestBytes;
  return {
    async ping({ signal } = {}) {
      const { response } = await transport.send({ method: 'GET', target: 'v2/', scopes: [], expect: [200], signal });
      await discardBody(response);
    },
    getManifest: (name, reference, read) => getManifest(transport, name, reference, maxBytes, read),
    headManifest: (name, reference, read) => headManifest(transport, name, reference, read),
    async putManifest(name, reference, manifest) {
      const result = await putManifest(transport, name, reference, manifest);
      if (!result.subjectProcessed) {
        const digest = parseDigest(reference) ?? (await digestOf('sha256', manifest.bytes));
        const { signal } = manifest;
        await addReferrerByTag(transport, name, { ...manifest, digest }, maxBytes, signal === undefined ? {} : { signal });
      }
      return result;
    },
    deleteManifest: (name, reference, call) => deleteManifest(transport, name, reference, call),
    getBlob: (name, digest, read) => getBlob(transport, name, digest, read),
    headBlob: (name, digest, call) => headBlob(transport, name, digest, call),
    uploadBlob: (name, blob) => uploadBlob(transport, name, blob),
    mountBlob: (name, digest, from, call) => mountBlob(transport, name, digest, from, call),
    deleteBlob: (name, digest, call) => deleteBlob(transport, name, digest, call),
    listTags: (name, list = {}) => stringsOf(transport, `v2/${name}/tags/list`, repositoryScope(name, 'pull'), 'tags', list),
    listRepositories: (list = {}) =>
      stringsOf(transport, 'v2/_catalog', { type: 'registry', name: 'catalog', actions: ['*'] }, 'repositories', list),
    listReferrers: (name, subject, read) => listReferrers(transport, name, subject, maxBytes, read),
  };
}
