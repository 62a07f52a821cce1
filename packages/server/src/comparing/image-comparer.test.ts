import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { archiveOf } from '../../../oci/src/layers/testing/archive.ts';
import { storedLayer } from '../layers/testing/stored-layer.ts';
import type { ComparisonPage } from '../registry/ports/comparison-store.ts';
import type { ComparedImage } from '../registry/ports/image-comparer.ts';
import { ThreadedComparer } from './image-comparer.ts';

const config = Buffer.from('{}');
const imageOf = (files: number): ComparedImage => {
  const archive = archiveOf(Array.from({ length: files }, (_, at) => ({ name: `file-${at}`, body: '' })));
  return { config, layers: [{ ...storedLayer(gzipSync(archive)), mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' }] };
};

/** More pages than come at once, so that the thread waits in the middle of what it packs. */
const [few, many] = [imageOf(1), imageOf(9000)];

test('a comparison that is cancelled while its result is packed ends with that reason, and the pages that came stay whole', async () => {
  const comparer = new ThreadedComparer(() => Promise.resolve());
  const cancel = new AbortController();
  const reason = new Error('cancelled');
  const batches: (readonly ComparisonPage[])[] = [];
  const stored = Promise.withResolvers<number>();
  const compare = comparer.compare(few, many, {
    signal: cancel.signal,
    onProgress: () => undefined,
    onPages: async (pages) => {
      batches.push(pages);
      cancel.abort(reason);
      // The thread is gone by then, and whoever stores them is still at it.
      await compare.catch(() => undefined);
      const whole = Promise.all(pages.map((page) => comparer.filesOf(page)));
      stored.resolve(whole.then((files) => files.flat().length));
      await whole;
    },
  });
  await assert.rejects(compare, reason);
  assert.equal(await stored.promise, 8000);
  assert.equal(batches.length, 1);
});

test('what a cancelled comparison leaves keeps the next one from nothing', async () => {
  const comparer = new ThreadedComparer(() => Promise.resolve());
  let pages = 0;
  const compare = (signal: AbortSignal, cancel: () => void) =>
    comparer.compare(few, many, {
      signal,
      onProgress: () => undefined,
      onPages: async (batch) => {
        pages += batch.length;
        cancel();
      },
    });
  const cancelled = new AbortController();
  await assert.rejects(compare(cancelled.signal, () => cancelled.abort(new Error('cancelled'))));
  pages = 0;
  const found = await compare(new AbortController().signal, () => undefined);
  assert.deepEqual([found.counts, pages], [{ added: 8999, removed: 0, changed: 0 }, 18]);
});
