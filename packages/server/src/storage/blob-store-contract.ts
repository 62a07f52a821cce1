import { randomBytes } from 'node:crypto';
import { after, before, describe } from 'node:test';
import type { BlobStore } from '../registry/ports/blob-store.ts';
import { describeContent } from './contract/content.ts';
import type { ContractContext } from './contract/contract-steps.ts';
import { describeDeleting } from './contract/deleting.ts';
import { describeListing } from './contract/listing.ts';
import { describeReading } from './contract/reading.ts';
import { describeSessions } from './contract/sessions.ts';
import { describeTakeover } from './contract/takeover.ts';

/** What several store instances share: a directory, a bucket, a piece of memory. Empty when it is made. */
export interface Backing {
  /** See `BlobStore.open`: what is absent may first be an error that passes. */
  readonly lateAbsence?: true;
  /** A new store instance, as another process would open it. */
  open(): Promise<BlobStore>;
  /** Removes everything. */
  dispose(): Promise<void>;
}

/** Registers the tests that every `BlobStore` must pass; `open` makes a fresh backing. */
export function describeBlobStore(name: string, open: () => Promise<Backing>): void {
  describe(`${name} as a blob store`, () => {
    const context: ContractContext = { newId: () => randomBytes(16).toString('base64url') } as ContractContext;
    let backing: Backing;
    before(async () => {
      backing = await open();
      context.open = () => backing.open();
      context.lateAbsence = backing.lateAbsence ?? false;
      context.store = await backing.open();
    });
    after(async () => {
      await context.store?.close();
      await backing?.dispose();
    });
    describeContent(context);
    describeReading(context);
    describeDeleting(context);
    describeSessions(context);
    describeTakeover(context);
    describeListing(context);
  });
}
