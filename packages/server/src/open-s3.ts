import { readFile } from 'node:fs/promises';
import type { S3Settings } from './config/s3-settings.ts';
import { addressList, holdsAddress } from './http/address-ranges.ts';
import type { BlobStore, StorageError } from './registry/ports/blob-store.ts';
import type { Logger } from './registry/ports/logger.ts';

/** What is known of a bucket before it is opened. */
interface KnownStore {
  readonly name: string;
  readonly logger: Logger;
  /** It was there before: it is more likely away than wrong, and manifests can be served without it. */
  readonly holdsContent: boolean;
}

/** Opens the bucket of these settings as a store; the client of S3 is loaded only now. */
export async function openS3(settings: S3Settings, { name, logger, holdsContent }: KnownStore): Promise<BlobStore> {
  const [{ openS3Store }, { isFromService }, { ReachableStore }] = await Promise.all([
    import('./storage/s3/s3-store.ts'),
    import('./storage/s3/s3-errors.ts'),
    import('./storage/reachable-store.ts'),
  ]);
  const { connectSeconds, silenceSeconds, attempts, redirectEndpoint, redirectSeconds, caFile, ...bucket } = settings;
  let away: StorageError | undefined;
  const noteAway = (error: StorageError): void => {
    away = error;
  };
  const options = {
    ...bucket,
    ca: caFile === undefined ? undefined : await readAuthorities(caFile),
    patience: { attempts, connectMs: connectSeconds * 1000, silenceMs: silenceSeconds * 1000 },
    links: { endpoint: redirectEndpoint, seconds: redirectSeconds },
    linksFor: redirected(settings),
  };
  const store = await openS3Store(options, holdsContent ? noteAway : undefined);
  const reachable = new ReachableStore({ store, what: `The S3 service of store '${name}'`, isAnswer: isFromService, logger });
  if (away !== undefined) reachable.suspect(away);
  return reachable;
}

async function readAuthorities(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new Error(`store.caFile cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** Whether the client of an address is sent to the service. */
function redirected({ redirect, redirectClients, redirectExcept }: S3Settings): (address: string) => boolean {
  if (redirect === 'off') return () => false;
  const clients = addressList(redirectClients);
  const except = addressList(redirectExcept);
  return (address) => (redirectClients.length === 0 || holdsAddress(clients, address)) && !holdsAddress(except, address);
}
