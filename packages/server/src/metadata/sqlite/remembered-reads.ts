import type { Listed, Referrer } from '../../registry/ports/content-store.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import { accessKey } from '../access-key.ts';
import type { ReadCache } from './read-cache.ts';

/** What an object costs beside its bytes and texts, about. */
const overheadBytes = 512;

type Remembered = Pick<
  MetadataStore,
  'findBlob' | 'findManifest' | 'findManifestInfo' | 'findAccess' | 'listTags' | 'listRepositories' | 'listReferrers'
>;

/** The reads that pulls are made of, through the cache. Whoever gets an answer shares it with others and must not change it. */
export function rememberedReads(store: Remembered, cache: ReadCache): Remembered {
  return {
    findBlob: (repository, digest) =>
      cache.get(
        `b ${repository} ${digest}`,
        () => store.findBlob(repository, digest),
        () => overheadBytes,
      ),
    findManifest: (repository, reference) =>
      cache.get(
        `m ${repository} ${textOf(reference)}`,
        () => store.findManifest(repository, reference),
        ({ bytes }) => bytes.byteLength + overheadBytes,
      ),
    findManifestInfo: (repository, reference) =>
      cache.get(
        `i ${repository} ${textOf(reference)}`,
        () => store.findManifestInfo(repository, reference),
        () => overheadBytes,
      ),
    findAccess: (holder, range) =>
      cache.get(
        accessKey(holder, range),
        () => store.findAccess(holder, range),
        () => overheadBytes,
      ),
    listTags: (repository, page) =>
      cache.get(`t ${repository} ${page.limit} ${page.after ?? ''}`, () => store.listTags(repository, page), sizeOfNames),
    listReferrers: (repository, subject, artifactType, page) =>
      cache.get(
        `f ${repository} ${subject} ${page.limit} ${JSON.stringify([page.after, artifactType])}`,
        () => store.listReferrers(repository, subject, artifactType, page),
        sizeOfReferrers,
      ),
    listRepositories: (visibility, page) =>
      visibility.kind === 'everything'
        ? cache.get(`r ${page.limit} ${page.after ?? ''}`, () => store.listRepositories(visibility, page), sizeOfNames)
        : store.listRepositories(visibility, page),
  };
}

/** Tags hold no colon and digests do, so the two cannot be mistaken for each other. */
function textOf(reference: { tag: string } | { digest: string }): string {
  return 'tag' in reference ? reference.tag : reference.digest;
}

/** Twice what the names take: whoever serves them may keep them as text too. */
function sizeOfNames({ items }: Listed<string>): number {
  return items.reduce((sum, item) => sum + 2 * item.length + 64, overheadBytes);
}

function sizeOfReferrers({ items }: Listed<Referrer>): number {
  return items.reduce((sum, { annotations }) => sum + 2 * overheadBytes + 4 * JSON.stringify(annotations ?? {}).length, overheadBytes);
}
