import type { Digest, RepositoryName, Tag } from '@longshore/oci';
import { digestHex } from '@longshore/oci';
import type { StoredManifest, StoredManifestInfo } from '../../registry/ports/content-store.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import type { RobotLogins } from '../../registry/ports/robot-store.ts';
import { accessKey } from '../access-key.ts';
import type { Keeper, KnownAnswers } from './known-answers.ts';
import { knownRobots } from './known-robots.ts';
import { knownWebhooks } from './known-webhooks.ts';
import type { SizedMap } from './sized-map.ts';
import type { FindTagged } from './tagged-manifest.ts';

/** What is known without asking the database. */
export interface Knowledge {
  /** Kept until the database tells of a change. */
  readonly answers: KnownAnswers;
  /** Manifests by digest: what cannot change. */
  readonly contents: SizedMap<Uint8Array>;
  /** What a tag pointed at when it was last asked for: a guess, which every read checks. */
  readonly guesses: SizedMap<Digest>;
}

type Manifests = Pick<MetadataStore, 'findManifest' | 'findManifestInfo'>;
type Blobs = Pick<MetadataStore, 'findBlob' | 'renewBlob' | 'commitBlob' | 'mountBlob' | 'commitManifest'>;
type Accounts = Pick<
  MetadataStore,
  'findUser' | 'findAccessToken' | 'findAccess' | 'findAddressLimits' | 'findClosedSpans' | 'noteAccessTokenUse'
>;
type Known = Manifests & Blobs & Accounts & Pick<MetadataStore, 'findListening' | 'findTrustingRobot'> & RobotLogins;

const smallBytes = 256;
/** As the triggers of the schema name what has changed. */
const ofDigest = (digest: Digest) => `d ${digestHex(digest)}`;
const ofUser = (id: number) => `u ${id}`;
const ofRobot = (id: number) => `r ${id}`;
/** Roles, and what groups hold. */
const ofAccess = 'a';
/** No trigger tells of this: only this process forgets it. */
const ofToken = (id: number) => `t ${id}`;

/** The reads that pulls are made of, from what is known where that is enough. Tags are asked for each time: whoever was told that one was moved must find it moved on every replica. */
export function knownReads(store: Known, findTagged: FindTagged, { answers, contents, guesses }: Knowledge): Known {
  const keepInfo = (repository: RepositoryName, info: StoredManifestInfo, keep: Keeper) =>
    keep(`m ${repository} ${info.digest}`, info, [ofDigest(info.digest)], smallBytes);

  function keepManifest(repository: RepositoryName, { digest, mediaType, bytes }: StoredManifest, keep: Keeper): void {
    keepInfo(repository, { digest, mediaType, sizeBytes: bytes.byteLength }, keep);
    if (contents.get(digest) === undefined) contents.set(digest, ownCopy(bytes), bytes.byteLength);
  }

  const findKnown = (repository: RepositoryName, digest: Digest) => answers.find<StoredManifestInfo>(`m ${repository} ${digest}`);
  const readInfo = (repository: RepositoryName, digest: Digest) =>
    answers.read(
      () => store.findManifestInfo(repository, { digest }),
      (info, keep) => keepInfo(repository, info, keep),
    );

  async function findByDigest(repository: RepositoryName, digest: Digest): Promise<StoredManifest | undefined> {
    const known = findKnown(repository, digest);
    const bytes = contents.get(digest);
    if (bytes !== undefined) {
      const info = known ?? (await readInfo(repository, digest));
      return info && { digest, mediaType: info.mediaType, bytes };
    }
    return answers.read(
      () => store.findManifest(repository, { digest }),
      (manifest, keep) => keepManifest(repository, manifest, keep),
    );
  }

  async function findByTag(repository: RepositoryName, tag: Tag): Promise<StoredManifest | undefined> {
    const key = `${repository} ${tag}`;
    const guess = guesses.get(key);
    const bytes = guess && contents.get(guess);
    const found = await answers.read(
      () => findTagged(repository, tag, guess && bytes && { digest: guess, bytes }),
      (manifest, keep) => keepManifest(repository, manifest, keep),
    );
    if (found !== undefined && found.digest !== guess) guesses.set(key, found.digest, found.digest.length);
    return found;
  }

  return {
    findManifest: (repository, reference) =>
      'tag' in reference ? findByTag(repository, reference.tag) : findByDigest(repository, reference.digest),
    findManifestInfo: async (repository, reference) =>
      'tag' in reference
        ? store.findManifestInfo(repository, reference)
        : (findKnown(repository, reference.digest) ?? readInfo(repository, reference.digest)),
    ...knownBlobs(store, answers),
    ...knownAccounts(store, answers),
    ...knownRobots(store, answers),
    ...knownWebhooks(store, answers),
  };
}

function knownBlobs(store: Blobs, answers: KnownAnswers): Blobs {
  /** What is known of the grace of these blobs is old now; it would be renewed again and again. */
  const renewing =
    <I, O>(write: (input: I) => Promise<O>, digestsOf: (input: I) => readonly Digest[]) =>
    async (input: I): Promise<O> => {
      const outcome = await write(input);
      for (const digest of digestsOf(input)) answers.forget(ofDigest(digest));
      return outcome;
    };
  return {
    findBlob: async (repository, digest) => {
      const key = `b ${repository} ${digest}`;
      return (
        answers.find(key) ??
        answers.read(
          () => store.findBlob(repository, digest),
          (blob, keep) => keep(key, blob, [ofDigest(digest)], smallBytes + blob.location.length),
        )
      );
    },
    renewBlob: renewing(store.renewBlob, ({ digest }) => [digest]),
    commitBlob: renewing(store.commitBlob, ({ digest }) => [digest]),
    mountBlob: renewing(store.mountBlob, ({ digest }) => [digest]),
    commitManifest: renewing(store.commitManifest, ({ references }) => references.map(({ digest }) => digest)),
  };
}

function knownAccounts(store: Accounts, answers: KnownAnswers): Accounts {
  return {
    findUser: async (by) => {
      const key = 'id' in by ? `u ${by.id}` : `n ${by.name}`;
      return (
        answers.find(key) ??
        answers.read(
          () => store.findUser(by),
          (user, keep) => keep(key, user, [ofUser(user.id)], smallBytes),
        )
      );
    },
    findAccessToken: async (secretHash) => {
      const key = `t ${Buffer.from(secretHash).toString('base64')}`;
      return (
        answers.find(key) ??
        answers.read(
          () => store.findAccessToken(secretHash),
          (found, keep) => keep(key, found, [ofUser(found.user.id), ofToken(found.token.id)], 2 * smallBytes),
        )
      );
    },
    findAccess: async (holder, range) => {
      const key = accessKey(holder, range);
      return (
        answers.find(key) ??
        answers.read(
          () => store.findAccess(holder, range),
          (access, keep) => {
            // That a project begins is not told.
            if (range.project !== undefined && access.project === undefined) return;
            const subject = holder === undefined ? [] : [holder.kind === 'user' ? ofUser(holder.id) : ofRobot(holder.id)];
            keep(key, access, [...subject, ofAccess], smallBytes + key.length);
          },
        )
      );
    },
    ...knownAddressLimits(store, answers),
    noteAccessTokenUse: async (input) => {
      await store.noteAccessTokenUse(input);
      // What is known would have it noted again and again.
      answers.forget(ofToken(input.id));
    },
  };
}

/** Every change of limits changes a row of `projects`, which is told about everything. */
function knownAddressLimits(store: Accounts, answers: KnownAnswers): Pick<Accounts, 'findAddressLimits' | 'findClosedSpans'> {
  return {
    findAddressLimits: async () =>
      answers.find('x') ??
      answers.read(
        () => store.findAddressLimits(),
        (found, keep) => keep('x', found, [], smallBytes),
      ),
    findClosedSpans: async (project) => {
      const key = `x ${project}`;
      return (
        answers.find(key) ??
        answers.read(
          () => store.findClosedSpans(project),
          (found, keep) => keep(key, found, [], smallBytes * (1 + found.spans.length)),
        )
      );
    },
  };
}

/** Memory of its own: a piece of what came from the server would keep the whole of it. */
function ownCopy(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.allocUnsafeSlow(bytes.byteLength);
  copy.set(bytes);
  return copy;
}
