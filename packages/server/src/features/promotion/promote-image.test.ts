import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { requireRepositoryName, requireTag } from '@longshore/oci';
import { systemAgent } from '../../registry/ports/agent.ts';
import { openFilesystemStore } from '../../storage/filesystem/filesystem-store.ts';
import { GarbageBench } from '../garbage-collection/garbage-bench.ts';
import { promoteImage } from './promote-image.ts';

const by = systemAgent('test');
const [source, target] = [requireRepositoryName('dev/app'), requireRepositoryName('prod/app')];
const v1 = requireTag('v1');

test('whoever loses the right while bytes are copied to another store promotes nothing', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-second-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const bench = await GarbageBench.open(t, new Map([['prod', await openFilesystemStore({ directory, durability: 'relaxed' })]]));
  const { metadata, stores } = bench;
  const image = await bench.push('dev/app', bench.image({ own: 2 }), 'v1');
  const deps = { promotions: metadata, content: metadata, stores, clock: () => bench.now, undoWindowMs: 0 };
  let decisions = 0;
  const promote = (most: number) =>
    promoteImage(deps, {
      from: { repository: source, reference: { tag: v1 } },
      to: { repository: target, tag: v1 },
      dryRun: false,
      authorize: async () => {
        decisions += 1;
        if (decisions > most) throw new Error('not any more');
        return { by, project: undefined };
      },
    });
  await assert.rejects(promote(1), /not any more/);
  assert.equal(await metadata.findManifestInfo(target, { tag: v1 }), undefined);
  assert.equal((await promote(3)).outcome, 'promoted');
  assert.equal(decisions, 3, 'what was copied before is not copied again');
  assert.ok(await bench.holds('prod/app', image));
});
