import type { Listed, Referrer } from '../../registry/ports/content-store.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import { accessKey } from '../access-key.ts';
import type { ReadCache } from './read-cache.ts';

/** What an object costs beside its bytes and texts, about. */
const overheadBytes = 512;

type Contents = Pick<MetadataStore, 'findBlob' | 'findManifest' | 'findManifestInfo' | 'listTags' | 'listRepositories' | 'listReferrers'>;
type Logins = Pick<
  MetadataStore,
  | 'findAccess'
  | 'findAddressLimits'
  | 'findClosedSpans'
  | 'findUser'
  | 'findAccessToken'
  | 'findRobotBySecret'
  | 'findRobotCredential'
  | 'findTrustingRobot'
  | 'findTrustingRobots'
>;

/** The reads that pulls and logins are made of, through the cache. Whoever gets an answer shares it with others and must not change it. */
export function rememberedReads(store: Contents & Logins, cache: ReadCache): Contents & Logins {
  return {
    ...rememberedLogins(store, cache),
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
    listTags: (repository, page) =>
      cache.get(`t ${repository} ${page.limit} ${page.after ?? ''}`, () => store.listTags(repository, page), sizeOfNames),
    listReferrers: (repository, subject, artifactType, page) =>
      cache.get(
        `f ${repository} ${subject} ${page.limit} ${JSON.stringify([page.after, artifactType])}`,
        () => store.listReferrers(repository, subject, artifactType, page),
        sizeOfReferrers,
      ),
    listRepositories: (visibility, page) =>
      visibility.kind === 'everything' && visibility.from === undefined
        ? cache.get(`r ${page.limit} ${page.after ?? ''}`, () => store.listRepositories(visibility, page), sizeOfNames)
        : store.listRepositories(visibility, page),
  };
}

/** What every request with credentials asks. */
function rememberedLogins(store: Logins, cache: ReadCache): Logins {
  const remembered = <T>(key: string, read: () => Promise<T>): Promise<T> => cache.get(key, read, () => overheadBytes);
  return {
    findAccess: (holder, range) => remembered(accessKey(holder, range), () => store.findAccess(holder, range)),
    findAddressLimits: () => remembered('a', () => store.findAddressLimits()),
    findClosedSpans: (project) =>
      cache.get(
        `x ${project}`,
        () => store.findClosedSpans(project),
        ({ spans }) => overheadBytes + 256 * spans.length,
      ),
    findUser: (by) => remembered('id' in by ? `u ${by.id}` : `n ${by.name}`, () => store.findUser(by)),
    findAccessToken: (secretHash) => remembered(`k ${textOfHash(secretHash)}`, () => store.findAccessToken(secretHash)),
    findRobotBySecret: (secretHash) => remembered(`s ${textOfHash(secretHash)}`, () => store.findRobotBySecret(secretHash)),
    findRobotCredential: (bound) => remembered(`c ${bound.id} ${bound.secretId}`, () => store.findRobotCredential(bound)),
    findTrustingRobots: (wanted) =>
      cache.get(
        `h ${JSON.stringify(wanted)}`,
        () => store.findTrustingRobots(wanted),
        (found) => found.reduce((sum, { rule }) => sum + overheadBytes + 2 * rule.length, overheadBytes),
      ),
    findTrustingRobot: (bound) => remembered(`g ${bound.id} ${bound.trustId}`, () => store.findTrustingRobot(bound)),
  };
}

function textOfHash(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('latin1');
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
