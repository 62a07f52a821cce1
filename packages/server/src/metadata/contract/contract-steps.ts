import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { Digest, RepositoryName } from '@longshore/oci';
import { requireDigest, requireRepositoryName, requireTag } from '@longshore/oci';
import type { Agent } from '../../registry/ports/agent.ts';
import type { BlobLocation } from '../../registry/ports/blob-store.ts';
import type { ManifestCommit, NewManifest, UploadSession } from '../../registry/ports/content-store.ts';
import type { RegistryEvent } from '../../registry/ports/event-store.ts';
import type { PreviewedGarbage } from '../../registry/ports/garbage-store.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';

/** An opened, empty database. */
export interface OpenedStore {
  readonly store: MetadataStore;
  /** Closes the store and removes the database. */
  dispose(): Promise<void>;
}

/** Opens an empty database. */
export type OpenStore = () => Promise<OpenedStore>;

/** What a manifest of a test may say; the rest is made up. */
export interface ManifestParts {
  readonly blobs?: readonly Digest[];
  readonly optionalBlobs?: readonly Digest[];
  readonly children?: readonly Digest[];
  readonly subject?: Digest;
  readonly artifactType?: string;
  readonly annotations?: Record<string, string>;
  readonly tags?: readonly string[];
  readonly mayMoveTags?: boolean;
  readonly bytes?: Uint8Array;
  readonly digest?: Digest;
}

/** The repository that tests use when it does not matter which. */
export const app = requireRepositoryName('team/app');
/** Another repository of the same project. */
export const web = requireRepositoryName('team/web');
/** A repository of another project. */
export const foreign = requireRepositoryName('other/app');
/** Who acts when it does not matter who. */
export const by: Agent = {
  actor: 'user:77:tester',
  credential: 'access-token:5',
  address: '192.0.2.7',
  requestId: 'request-1',
  reason: 'tester is writer of project team',
  roles: ['writer'],
};

/** The same, as somebody else. */
export function byActor(actor: string): Agent {
  return { ...by, actor };
}

/** A digest of something that nobody has. */
export function newDigest(algorithm: 'sha256' | 'sha512' = 'sha256'): Digest {
  return requireDigest(`${algorithm}:${createHash(algorithm).update(randomBytes(16)).digest('hex')}`);
}

/** Registers a test with a database of its own. */
export function storeTest(open: OpenStore, name: string, body: (steps: StoreSteps) => Promise<void>): void {
  test(name, async () => {
    const { store, dispose } = await open();
    try {
      await body(new StoreSteps(store));
    } finally {
      await dispose();
    }
  });
}

/** Steps that most tests take. Time stands still unless a test sets `at`. */
export class StoreSteps {
  readonly store: MetadataStore;
  at = 1_700_000_000_000;

  constructor(store: MetadataStore) {
    this.store = store;
  }

  /** Begins an upload that must not be refused. */
  async start(input: Parameters<MetadataStore['startUpload']>[0]): Promise<UploadSession> {
    const started = await this.store.startUpload(input);
    assert.ok('id' in started, 'refused');
    return started;
  }

  /** Begins an upload and answers its id. */
  async begin(repository: RepositoryName): Promise<string> {
    const id = randomUUID();
    await this.start({ id, repository, by, algorithm: 'sha256', at: this.at });
    return id;
  }

  /** Pushes a blob of 100 bytes and answers its digest. */
  async blob(repository: RepositoryName, digest = newDigest()): Promise<Digest> {
    await this.commit(repository, digest);
    return digest;
  }

  /** Uploads a blob of 100 bytes and answers what the commit said, and the location that was offered. */
  async commit(repository: RepositoryName, digest: Digest): Promise<{ outcome: string; location: BlobLocation }> {
    const uploadId = await this.begin(repository);
    const location = `blobs/${randomUUID()}` as BlobLocation;
    const { outcome } = await this.store.commitBlob({ uploadId, epoch: 1, digest, sizeBytes: 100, location, by, at: this.at });
    return { outcome, location };
  }

  /** The input of a manifest's commit. */
  manifest(repository: RepositoryName, parts: ManifestParts): NewManifest {
    const bytes = parts.bytes ?? randomBytes(20);
    const required = (kind: 'blob' | 'manifest', digests: readonly Digest[] = []) =>
      digests.map((digest) => ({ kind, digest, required: true }));
    const optional = (parts.optionalBlobs ?? []).map((digest) => ({ kind: 'blob' as const, digest, required: false }));
    return {
      repository,
      by,
      at: this.at,
      renewBefore: this.at,
      digest: parts.digest ?? requireDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`),
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      bytes,
      artifactType: parts.artifactType,
      annotations: parts.annotations && JSON.stringify(parts.annotations),
      subject: parts.subject,
      references: [...required('blob', parts.blobs), ...optional, ...required('manifest', parts.children)],
      tags: (parts.tags ?? []).map((tag) => requireTag(tag)),
      mayMoveTags: parts.mayMoveTags ?? true,
    };
  }

  /** Commits a manifest, whatever comes of it. */
  tryPush(repository: RepositoryName, parts: ManifestParts): Promise<ManifestCommit> {
    return this.store.commitManifest(this.manifest(repository, parts));
  }

  /** Commits a manifest that must be stored, and answers its digest. */
  async push(repository: RepositoryName, parts: ManifestParts = {}): Promise<Digest> {
    const input = this.manifest(repository, parts);
    const { outcome } = await this.store.commitManifest(input);
    assert.equal(outcome, 'stored');
    return input.digest;
  }

  /** Takes every event that is pending. */
  async events(): Promise<RegistryEvent[]> {
    const events = await this.store.claimEvents({ claimant: 'contract', at: this.at, until: this.at + 1, limit: 1000 });
    await this.store.finishEvents({ claimant: 'contract', ids: events.map((event) => event.id) });
    return events;
  }

  /** What a preview finds, in short. */
  async preview(untaggedBefore: number | undefined, before: number): Promise<string[]> {
    const found: PreviewedGarbage[] = [];
    const signal = new AbortController().signal;
    await this.store.previewGarbage({ untaggedBefore, before, signal }, (garbage) => found.push(garbage));
    return found.map(({ kind, digest }) => `${kind} ${digest}`);
  }
}
