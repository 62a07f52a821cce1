import { createHash } from 'node:crypto';
import { type Digest, digestAlgorithm, digestFromBytes, type ManifestProblem, type RepositoryName } from '@longshore/oci';
import type { BlobStores } from './blob-stores.ts';
import { reach } from './failpoints.ts';
import { keptTag } from './kept-tag.ts';
import type { Agent } from './ports/agent.ts';
import type { ContentStore, StoredManifest, StoredManifestInfo } from './ports/content-store.ts';
import type { Quotas } from './quotas.ts';
import { type ManifestSummary, readManifest } from './read-manifest.ts';
import type { ManifestPush, ManifestReference, PushedManifest } from './registry.ts';
import { RegistryError } from './registry-error.ts';

/** How many missing digests an answer names: a manifest may list ten thousand. */
const mostNamed = 100;

/** A manifest longer than this is not read on the event loop, which it would hold up for several milliseconds. */
const mostInlineBytes = 128 * 1024;

/** As `readManifest`, in another thread. */
export type ReadManifest = (bytes: Uint8Array, contentType: string) => Promise<ManifestSummary | ManifestProblem>;

export interface ManifestsDeps {
  readonly content: ContentStore;
  readonly quotas: Quotas;
  readonly stores: BlobStores;
  readonly readLargeManifest: ReadManifest;
  readonly now: () => number;
  /** Age of a grace from which a manifest renews it. */
  readonly renewAfterMs: number;
}

/** Manifests and tags. Bytes are kept exactly as they came. */
export class Manifests {
  readonly #deps: ManifestsDeps;

  constructor(deps: ManifestsDeps) {
    this.#deps = deps;
  }

  async get(repository: RepositoryName, reference: ManifestReference): Promise<StoredManifest> {
    const manifest = await this.#deps.content.findManifest(repository, reference);
    if (manifest === undefined) throw unknownManifest(reference);
    return manifest;
  }

  async stat(repository: RepositoryName, reference: ManifestReference): Promise<StoredManifestInfo> {
    const manifest = await this.#deps.content.findManifestInfo(repository, reference);
    if (manifest === undefined) throw unknownManifest(reference);
    return manifest;
  }

  async put(push: ManifestPush): Promise<PushedManifest> {
    const { bytes, contentType } = push;
    const read = bytes.byteLength > mostInlineBytes ? this.#deps.readLargeManifest : readManifest;
    const summary = await read(bytes, contentType);
    if ('problem' in summary) throw new RegistryError(summary.code, { message: summary.problem });
    const digest = digestOf(push);
    const tags = 'tag' in push.reference ? [push.reference.tag, ...push.tags] : [...push.tags];
    const at = this.#deps.now();
    reach('manifest.before-transaction');
    const commit = await this.#deps.content.commitManifest({
      repository: push.repository,
      store: this.#deps.stores.forNew(push.repository),
      by: push.by,
      at,
      renewBefore: at - this.#deps.renewAfterMs,
      digest,
      bytes,
      ...summary,
      tags,
      mayMoveTags: push.mayMoveTags,
    });
    reach('manifest.committed');
    if (commit.outcome === 'quota-exceeded') throw await this.#deps.quotas.refuse(commit.excess, push.by);
    if (commit.outcome === 'missing') {
      throw new RegistryError('MANIFEST_BLOB_UNKNOWN', {
        message: `The manifest needs content that this repository does not have; push it first: ${commit.digests.slice(0, 8).join(', ')}`,
        detail: { digests: commit.digests.slice(0, mostNamed), missing: commit.digests.length },
      });
    }
    if (commit.outcome === 'tag-exists') {
      throw new RegistryError('DENIED', {
        message: `The tag '${commit.tag}' exists and you may not move it: push another tag, or ask for the right to update.`,
        detail: { tag: commit.tag },
      });
    }
    if (commit.outcome !== 'stored') throw keptTag(commit);
    return { digest, subject: summary.subject, tags, isNearQuota: commit.isNearQuota === true };
  }

  async delete(repository: RepositoryName, reference: ManifestReference, by: Agent): Promise<void> {
    const { content, now } = this.#deps;
    const outcome =
      'tag' in reference
        ? await content.deleteTag({ repository, tag: reference.tag, by, at: now() })
        : await content.deleteManifest({ repository, digest: reference.digest, by, at: now() });
    reach('tag' in reference ? 'tag.deleted' : 'manifest.deleted');
    if (outcome === 'absent') throw unknownManifest(reference);
    if (typeof outcome === 'object') throw keptTag(outcome);
    if (outcome === 'in-use') {
      throw new RegistryError('DENIED', {
        status: 409,
        message: 'An index of this repository lists this manifest: delete the index first.',
        detail: reference,
      });
    }
  }
}

/** The digest that the manifest is stored under: that of its URL when it was pushed by digest, sha256 otherwise. */
function digestOf(push: ManifestPush): Digest {
  const wanted = 'digest' in push.reference ? push.reference.digest : undefined;
  const algorithm = wanted === undefined ? 'sha256' : digestAlgorithm(wanted);
  const actual = digestFromBytes(createHash(algorithm).update(push.bytes).digest());
  if (wanted !== undefined && wanted !== actual) {
    throw new RegistryError('DIGEST_INVALID', {
      message: `The manifest's digest is ${actual}, not ${wanted}: the bytes were changed on the way, or the digest is wrong.`,
      detail: { announced: wanted, actual },
    });
  }
  return actual;
}

function unknownManifest(reference: ManifestReference): RegistryError {
  return new RegistryError('MANIFEST_UNKNOWN', { detail: reference });
}
