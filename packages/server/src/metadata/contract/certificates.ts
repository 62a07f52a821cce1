import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { ManagedCertificate } from '../../registry/ports/certificate-store.ts';
import type { Fence } from '../../registry/ports/lease-store.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import type { OpenStore } from './contract-steps.ts';
import { storeTest } from './contract-steps.ts';

const day = 24 * 60 * 60_000;

async function fenceOf(store: MetadataStore, holder: string): Promise<Fence> {
  const taken = await store.acquireLease({ name: 'certificate', holder, ttlMs: 60_000 });
  return { lease: 'certificate', token: taken?.fencingToken ?? assert.fail('the lease is taken') };
}

/** Certificates that authorities issue. */
export function describeCertificates(open: OpenStore): void {
  describe('certificates of authorities', () => {
    storeTest(open, 'are found as they were saved last, and the one that lasts longest without its name', async ({ store, at }) => {
      const fence = await fenceOf(store, 'a');
      const save = (certificate: ManagedCertificate, now = at) => store.saveCertificate({ certificate, at: now, fence });
      assert.equal(await store.findCertificate('one'), undefined);
      const asked: ManagedCertificate = {
        id: 'one',
        issued: undefined,
        order: { url: 'https://ca.example/order/1', sealedKey: 'v1.order' },
        failures: 2,
        nextAt: at + 5,
      };
      await save(asked);
      assert.deepEqual(await store.findCertificate('one'), asked);
      assert.equal(await store.longestCertificate(), undefined, 'nothing was issued yet');
      const issued = { chain: 'PEM', sealedKey: 'v1.key', expiresAt: at + 9 * day, renewAt: at + 6 * day };
      const got: ManagedCertificate = { id: 'one', issued, order: undefined, failures: 0, nextAt: issued.renewAt };
      await save(got);
      const shorter = { ...got, id: 'two', issued: { ...issued, expiresAt: at + 8 * day } };
      await save(shorter);
      assert.deepEqual(await store.findCertificate('one'), got);
      assert.deepEqual(await store.longestCertificate(), got);
      await save(shorter, at + 40 * day);
      assert.equal(await store.findCertificate('one'), undefined, 'it ended more than a month ago');
      assert.deepEqual(await store.findCertificate('two'), shorter, 'it is being written');
    });

    storeTest(open, 'have one account with each authority, whose key is decided by whoever comes first', async ({ store }) => {
      const fence = await fenceOf(store, 'a');
      const keep = (directory: string, sealedKey: string) => store.keepAuthorityAccount({ directory, sealedKey, fence });
      assert.deepEqual(await keep('https://ca.example/', 'first'), { sealedKey: 'first', url: undefined });
      assert.deepEqual(await keep('https://ca.example/', 'second'), { sealedKey: 'first', url: undefined });
      assert.deepEqual(await keep('https://other.example/', 'second'), { sealedKey: 'second', url: undefined });
      await store.setAuthorityAccountUrl({ directory: 'https://ca.example/', url: 'https://ca.example/me', fence });
      assert.deepEqual(await keep('https://ca.example/', 'third'), { sealedKey: 'first', url: 'https://ca.example/me' });
      await store.setAuthorityAccountUrl({ directory: 'https://ca.example/', url: undefined, fence });
      assert.deepEqual(await keep('https://ca.example/', 'third'), { sealedKey: 'first', url: undefined });
    });

    storeTest(open, 'are proved by challenges that everybody answers until they are withdrawn or run out', async ({ store, at }) => {
      const fence = await fenceOf(store, 'a');
      const offer = (token: string, expiresAt: number, now = at) =>
        store.offerHttpChallenges({ challenges: [{ token, keyAuthorization: `${token}.print` }], expiresAt, at: now, fence });
      await offer('one', at + 10);
      await offer('two', at + 20);
      assert.equal(await store.findHttpChallenge('one', at + 9), 'one.print');
      assert.equal(await store.findHttpChallenge('one', at + 10), undefined);
      assert.equal(await store.findHttpChallenge('ONE', at), undefined);
      await offer('one', at + 30, at + 15);
      assert.equal(await store.findHttpChallenge('one', at + 29), 'one.print');
      await store.withdrawHttpChallenges({ tokens: ['one', 'unknown'], fence });
      assert.equal(await store.findHttpChallenge('one', at), undefined);
      assert.equal(await store.findHttpChallenge('two', at), 'two.print');
      await offer('three', at + 99, at + 20);
      assert.equal(await store.findHttpChallenge('two', at), undefined, 'what has run out is gone');
    });

    storeTest(open, 'are changed by nobody whose lease went to somebody else', async ({ store, at }) => {
      const stale = await fenceOf(store, 'a');
      await store.releaseLease({ name: 'certificate', holder: 'a' });
      await fenceOf(store, 'b');
      const directory = 'https://ca.example/';
      const certificate: ManagedCertificate = { id: 'one', issued: undefined, order: undefined, failures: 0, nextAt: at };
      for (const change of [
        () => store.saveCertificate({ certificate, at, fence: stale }),
        () => store.keepAuthorityAccount({ directory, sealedKey: 'key', fence: stale }),
        () => store.setAuthorityAccountUrl({ directory, url: 'https://ca.example/me', fence: stale }),
        () => store.offerHttpChallenges({ challenges: [], expiresAt: at, at, fence: stale }),
        () => store.withdrawHttpChallenges({ tokens: [], fence: stale }),
      ])
        await assert.rejects(change, StorageError);
      assert.equal(await store.findCertificate('one'), undefined);
    });
  });
}
