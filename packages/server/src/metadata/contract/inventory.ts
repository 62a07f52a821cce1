import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { OpenStore } from './contract-steps.ts';
import { app, foreign, storeTest, web } from './contract-steps.ts';

/** How much there is. */
export function describeInventory(open: OpenStore): void {
  describe('inventory', () => {
    storeTest(open, 'nothing is counted as nothing, in every store', async ({ store }) => {
      const stores = [{ store: 'default', blobs: 0, bytes: 0 }];
      assert.deepEqual(await store.countContent(), {
        ...{ repositories: 0, manifests: 0, tags: 0, uploads: 0 },
        stores,
        events: { waiting: 0, oldestAt: undefined },
      });
    });

    storeTest(open, 'everything is counted once, however many pieces it is counted in', async (steps) => {
      const { store } = steps;
      const blob = await steps.blob(app);
      await steps.blob(web, blob);
      await steps.blob(foreign);
      const parts = { tags: ['1.0', 'latest'], blobs: [blob], bytes: Buffer.from('{}') };
      await steps.push(app, parts);
      await steps.push(web, { ...parts, tags: ['1.0'] });
      await steps.begin(web);
      const many = Array.from({ length: 600 }, (_, number) => number);
      await steps.push(foreign, { tags: many.map((number) => `tag-${number}`) });
      await Promise.all(many.map(() => steps.blob(foreign)));
      const counted = await store.countContent();
      assert.deepEqual(
        { ...counted, events: counted.events.oldestAt },
        {
          ...{ repositories: 3, manifests: 3, tags: 603, uploads: 1 },
          stores: [{ store: 'default', blobs: 602, bytes: 60_200 }],
          events: steps.at,
        },
      );
      assert.equal((await store.countContent()).events.waiting, await countEvents(steps));
    });
  });
}

async function countEvents(steps: { events(): Promise<readonly unknown[]> }): Promise<number> {
  for (let counted = 0; ; ) {
    const { length } = await steps.events();
    if (length === 0) return counted;
    counted += length;
  }
}
