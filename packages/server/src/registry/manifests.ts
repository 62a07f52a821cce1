import { createHash } from 'node:crypto';
import {
  type Digest,
  digestAlgorithm,
  digestFromBytes,
  isManifestProblem,
  isNonDistributable,
  type ParsedManifest,
  parseManifest,
  type RepositoryName,
} from '@longshore/oci';
import { reach } from './failpoints.ts';
import type { Actor, ContentStore, NewManifest, StoredManifest, StoredManifestInfo } from './ports/content-store.ts';
import type { ManifestPush, ManifestReference, PushedManifest } from './registry.ts';
import { RegistryError } from './registry-error.ts';

/** How many missing digests an answer names: a manifest may list ten thousand. */
const mostNamed = 100;

export interface ManifestsDeps {
  readonly content: ContentStore;
  readonly now: () => number;
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
    const parsed = parseManifest(push.bytes, push.contentType);
    if (isManifestProblem(parsed)) throw new RegistryError(parsed.code, { message: parsed.problem });
    const digest = digestOf(push);
    const tags = 'tag' in push.reference ? [push.reference.tag, ...push.tags] : [...push.tags];
    reach('manifest.before-transaction');
    const commit = await this.#deps.content.commitManifest({
      repository: push.repository,
      actor: push.actor,
      at: this.#deps.now(),
      digest,
      mediaType: parsed.mediaType,
      bytes: push.bytes,
      artifactType: parsed.artifactType,
      annotations: parsed.annotations,
      subject: parsed.subject?.digest,
      references: referencesOf(parsed),
      tags,
      mayMoveTags: push.mayMoveTags,
    });
    reach('manifest.committed');
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
    return { digest, subject: parsed.subject?.digest, tags };
  }

  async delete(repository: RepositoryName, reference: ManifestReference, actor: Actor): Promise<void> {
    const { content, now } = this.#deps;
    const outcome =
      'tag' in reference
        ? await content.deleteTag({ repository, tag: reference.tag, actor, at: now() })
        : await content.deleteManifest({ repository, digest: reference.digest, actor, at: now() });
    reach('tag' in reference ? 'tag.deleted' : 'manifest.deleted');
    if (outcome === 'absent') throw unknownManifest(reference);
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

/** Everything the manifest points at, once each. A missing subject is no reason to refuse it, so it is not among them. */
function referencesOf(manifest: ParsedManifest): NewManifest['references'] {
  const references = new Map<string, NewManifest['references'][number]>();
  const blobs = manifest.config === undefined ? manifest.layers : [manifest.config, ...manifest.layers];
  for (const { digest, mediaType } of blobs) {
    const required = !isNonDistributable(mediaType) || references.get(`blob ${digest}`)?.required === true;
    references.set(`blob ${digest}`, { kind: 'blob', digest, required });
  }
  for (const { digest } of manifest.manifests) references.set(`manifest ${digest}`, { kind: 'manifest', digest, required: true });
  return [...references.values()];
}

function unknownManifest(reference: ManifestReference): RegistryError {
  return new RegistryError('MANIFEST_UNKNOWN', { detail: reference });
}
