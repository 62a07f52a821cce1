import { readFile } from 'node:fs/promises';
import type { S3Settings } from './config/s3-settings.ts';
import { addressList, holdsAddress } from './http/address-ranges.ts';
import type { BlobStore } from './registry/ports/blob-store.ts';

/** Opens the bucket of these settings as a store; the client of S3 is loaded only now. */
export async function openS3(settings: S3Settings): Promise<BlobStore> {
  const { openS3Store } = await import('./storage/s3/s3-store.ts');
  const { connectSeconds, silenceSeconds, attempts, redirectEndpoint, redirectSeconds, caFile, ...bucket } = settings;
  return openS3Store({
    ...bucket,
    ca: caFile === undefined ? undefined : await readAuthorities(caFile),
    patience: { attempts, connectMs: connectSeconds * 1000, silenceMs: silenceSeconds * 1000 },
    links: { endpoint: redirectEndpoint, seconds: redirectSeconds },
    linksFor: redirected(settings),
  });
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
