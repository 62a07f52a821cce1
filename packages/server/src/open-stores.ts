import { hash, randomBytes } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { digestFromBytes } from '@longshore/oci';
import type { MirrorRepository } from './config/mirror-settings.ts';
import type { S3Settings } from './config/s3-settings.ts';
import type { Config } from './config/schema.ts';
import { openS3 } from './open-s3.ts';
import { type BlobStore, StorageError } from './registry/ports/blob-store.ts';
import type { Logger } from './registry/ports/logger.ts';
import type { ProjectStore } from './registry/ports/project-store.ts';

/** How many projects a message names. */
const mostNamed = 5;

/** A directory, or a bucket, that holds a store. */
type Place = { readonly directory: string } | { readonly bucket: S3Settings };

/** Opens every configured store by name, `default` and the declared ones, and makes them known to the database. */
export async function openStores(config: Config, projects: ProjectStore, logger: Logger): Promise<ReadonlyMap<string, BlobStore>> {
  const places = new Map([
    ['default', defaultPlace(config)],
    ...config.mirrorRepositories.map((entry) => [entry.name, declaredPlace(entry)] as const),
  ]);
  const known = new Map((await projects.listStores()).map(({ name, holdsContent }) => [name, holdsContent]));
  const names = [...places.keys()].filter((name) => !known.has(name));
  if (names.length > 0) await projects.registerStores({ names });
  const stores = new Map<string, BlobStore>();
  try {
    for (const [name, place] of places)
      stores.set(name, await openStore(name, place, { config, logger, holdsContent: known.get(name) === true }));
    await refuseSharedDirectories(places);
    await refuseSharedBuckets(places, stores);
  } catch (error) {
    await Promise.all([...stores.values()].map((store) => store.close()));
    throw error;
  }
  return stores;
}

/**
 * Throws a `StorageError` that names projects when some live on a store that is not configured: every request for their content would
 * fail.
 */
export async function requireStoresOfProjects(stores: ReadonlyMap<string, BlobStore>, projects: ProjectStore): Promise<void> {
  for (const { name } of (await projects.listStores()).filter((store) => !stores.has(store.name))) {
    const living = await projects.listProjects({ store: name }, { limit: mostNamed + 1, after: undefined });
    if (living.length === 0) continue;
    const named = living.slice(0, mostNamed).map((project) => `'${project.name}'`);
    const more = living.length > mostNamed ? ' and others' : '';
    throw new StorageError(
      'failed',
      `The store '${name}' is not configured, and these projects live on it: ${named.join(', ')}${more}. Declare it in mirrorRepositories ` +
        "again; to give it up, move them first ('longshore store move PROJECT --to STORE').",
    );
  }
}

/** Names of the configured stores whose blobs lie in a bucket. */
export function storesOnS3({ store, mirrorRepositories }: Config): ReadonlySet<string> {
  const declared = mirrorRepositories.filter(({ type }) => type === 's3').map(({ name }) => name);
  return new Set(store.kind === 's3' ? ['default', ...declared] : declared);
}

function defaultPlace({ store, data }: Config): Place {
  if (store.kind === 'filesystem') return { directory: data };
  const { kind: _kind, ...bucket } = store;
  return { bucket };
}

function declaredPlace(entry: MirrorRepository): Place {
  if (entry.type === 'local') return { directory: entry.storage.path };
  if (entry.type === 'proxy') throw new Error(`The store '${entry.name}' is a proxy, which no configuration may have yet`);
  const { type: _type, name: _name, projects: _projects, ...bucket } = entry;
  return { bucket };
}

// Adapters are imported when the configuration names them.

interface OpenDeps {
  readonly config: Config;
  readonly logger: Logger;
  /** The store was there before. */
  readonly holdsContent: boolean;
}

async function openStore(name: string, place: Place, { config, logger, holdsContent }: OpenDeps): Promise<BlobStore> {
  if ('directory' in place) {
    const { openFilesystemStore } = await import('./storage/filesystem/filesystem-store.ts');
    return openFilesystemStore({ directory: place.directory, durability: config.durability, mustExist: holdsContent });
  }
  return openS3(place.bucket, { name, logger, holdsContent });
}

/** Two stores of one directory would remove each other's files as orphans; links and mounts only show here. */
async function refuseSharedDirectories(places: ReadonlyMap<string, Place>): Promise<void> {
  const owners = new Map<string, string>();
  for (const [name, place] of places) {
    if (!('directory' in place)) continue;
    const path = await realpath(place.directory);
    const owner = owners.get(path);
    if (owner !== undefined)
      throw new StorageError('failed', `The stores '${owner}' and '${name}' are the same directory, '${path}': give each its own.`);
    owners.set(path, name);
  }
}

/** The same of two buckets of one name: only what is written through one and read through the other shows that their addresses lead to one. */
async function refuseSharedBuckets(places: ReadonlyMap<string, Place>, stores: ReadonlyMap<string, BlobStore>): Promise<void> {
  const seen: { name: string; place: string; store: BlobStore }[] = [];
  for (const [name, place] of places) {
    const store = stores.get(name);
    if (!('bucket' in place) || store === undefined) continue;
    const bucket = { name, store, place: `${place.bucket.bucket}/${place.bucket.prefix}` };
    for (const other of seen) {
      if (other.place === bucket.place && (await sharesBytes(other.store, store)))
        throw new StorageError(
          'failed',
          `The stores '${other.name}' and '${name}' are the same bucket, '${bucket.place}': give each its own prefix.`,
        );
    }
    seen.push(bucket);
  }
}

/** False also when one of them is away: it was there when its configuration was new. */
async function sharesBytes(one: BlobStore, other: BlobStore): Promise<boolean> {
  try {
    const writer = await one.createUpload({ id: randomBytes(18).toString('base64url'), epoch: 1 });
    const location = await writer.commit(digestFromBytes(hash('sha256', '', 'buffer')));
    const reader = await other.open(location);
    await reader?.close();
    await one.delete(location);
    return reader !== undefined;
  } catch (error) {
    if (error instanceof StorageError && error.retryable) return false;
    throw error;
  }
}
