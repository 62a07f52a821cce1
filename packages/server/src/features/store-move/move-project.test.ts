import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { requirePrograms } from '../../../../../test/tools/programs.ts';
import { radosgwPrograms, type S3Server, startRadosgw } from '../../../../../test/tools/radosgw.ts';
import { systemAgent } from '../../registry/ports/agent.ts';
import type { BlobStore } from '../../registry/ports/blob-store.ts';
import { openFilesystemStore } from '../../storage/filesystem/filesystem-store.ts';
import { makeBucket } from '../../storage/s3/bucket-bench.ts';
import { openS3Store } from '../../storage/s3/s3-store.ts';
import { type BenchManifest, GarbageBench } from '../garbage-collection/garbage-bench.ts';
import { moveProject } from './move-project.ts';

let gateway: Promise<S3Server> | undefined;
after(async () => (await gateway)?.stop());

/** A second store, or undefined where it cannot be had. */
type OpenSecond = (t: TestContext) => Promise<BlobStore | undefined>;

const directory: OpenSecond = async (t) => {
  const path = await mkdtemp(join(tmpdir(), 'longshore-second-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return openFilesystemStore({ directory: path, durability: 'relaxed' });
};

const bucket: OpenSecond = async (t) => {
  if (requirePrograms(t, ...radosgwPrograms) === undefined) return undefined;
  gateway ??= startRadosgw();
  return openS3Store(await makeBucket(await gateway));
};

function moveOn(bench: GarbageBench, to: string, more: { dryRun?: boolean; onProgress?: () => void } = {}) {
  const { metadata, stores } = bench;
  const deps = {
    projects: metadata,
    content: metadata,
    leases: metadata,
    stores,
    logger: bench.deps().logger,
    by: systemAgent('move'),
    clock: () => bench.now,
  };
  return moveProject(deps, { project: 'team', to, dryRun: false, ...more });
}

/** The store for collections whose clock the test has turned on: to them every file just written would be an old orphan. */
function withoutOrphans(store: BlobStore): BlobStore {
  const handler: ProxyHandler<BlobStore> = {
    get(target, name) {
      if (name === 'list') return async () => ({ objects: [], cursor: undefined });
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  };
  return new Proxy(store, handler);
}

const bytesOf = ({ blobs }: BenchManifest) => blobs.reduce((sum, { bytes }) => sum + bytes.length, 0);

for (const [kind, open] of [
  ['two directories', directory],
  ['a directory and a bucket (Ceph RGW)', bucket],
] as const) {
  describe(`stores side by side: ${kind}`, () => {
    const storesTest = (name: string, body: (bench: GarbageBench, second: BlobStore) => Promise<void>) =>
      test(name, async (t) => {
        const store = await open(t);
        if (store !== undefined) await body(await GarbageBench.open(t, new Map([['second', store]])), store);
      });

    storesTest('content lives on the store of each project that has it, and goes from each alone', async (bench, store) => {
      const image = await bench.push('team/app', bench.image(), 'v1');
      await bench.push('second/app', image, 'v1', 'mount', 'team/app');
      await bench.push('second/other', image, 'v1', 'mount', 'second/app');
      for (const repository of ['team/app', 'second/app', 'second/other']) assert.equal(await bench.holds(repository, image), true);
      const count = image.blobs.length;
      assert.deepEqual([(await bench.stored()).length, (await bench.stored(store)).length], [count, count]);
      await bench.remove('team/app', image);
      bench.age();
      assert.equal((await bench.collect()).blobs, count);
      assert.deepEqual([(await bench.stored()).length, (await bench.stored(store)).length], [0, count]);
      assert.equal(await bench.holds('second/app', image), true);
    });

    storesTest('a move copies what the project has, checked, and leaves what others have', async (bench, store) => {
      const own = await bench.push('team/app', bench.image({ own: 3, layers: [randomBytes(6_000_000)] }), 'v1');
      const shared = await bench.push('team/web', bench.image(), 'v1');
      await bench.push('other/app', shared, 'v1');
      await bench.push('second/app', shared, 'v1');
      const counts = { copied: own.blobs.length, copiedBytes: bytesOf(own), present: shared.blobs.length, lost: 0, failed: 0 };
      assert.deepEqual(await moveOn(bench, 'second', { dryRun: true }), { from: 'default', finished: false, ...counts });
      assert.equal((await bench.metadata.findProject('team'))?.store, 'default', 'a dry run changes nothing');
      let pages = 0;
      const onProgress = () => {
        pages += 1;
      };
      const report = await moveOn(bench, 'second', { onProgress });
      assert.deepEqual(report, { from: 'default', finished: true, ...counts });
      assert.ok(pages > 0);
      assert.equal((await moveOn(bench, 'second')).from, undefined, 'it is there');
      bench.age();
      await bench.collect();
      assert.equal((await bench.stored()).length, shared.blobs.length, 'only what the other project has is left');
      for (const [repository, image] of [
        ['team/app', own],
        ['team/web', shared],
        ['other/app', shared],
      ] as const) {
        assert.equal(await bench.holds(repository, image), true);
      }
      await bench.push('team/app', bench.image(), 'v2');
      assert.equal((await bench.stored()).length, shared.blobs.length, 'pushes go to the new store');
      assert.equal((await bench.stored(store)).length, own.blobs.length + shared.blobs.length + 2);
    });

    storesTest('pushes, deletes and collections go on while a project moves there and back', async (bench, store) => {
      const stores = new Map([
        ['default', withoutOrphans(bench.store)],
        ['second', withoutOrphans(store)],
      ]);
      const kept: BenchManifest[] = [];
      for (let count = 0; count < 5; count += 1) kept.push(await bench.push('team/app', bench.image({ own: 4 }), `first-${count}`));
      for (const to of ['second', 'default', 'second']) {
        let moving = true;
        const moves = moveOn(bench, to).finally(() => {
          moving = false;
        });
        const pushes = (async () => {
          for (let count = 0; moving || count < 3; count += 1) {
            kept.push(await bench.push('team/app', bench.image(), `${to}-${kept.length}`, count % 2 === 0 ? 'upload' : 'stat-first'));
            await bench.remove('team/app', await bench.push('team/app', bench.image()));
          }
        })();
        const collections = (async () => {
          while (moving) await bench.collect({ stores });
        })();
        const [report] = await Promise.all([moves, pushes, collections]);
        assert.deepEqual([report.finished, report.lost, report.failed], [true, 0, 0]);
        for (const image of kept) assert.equal(await bench.holds('team/app', image), true);
        // What this move left is garbage for the collections beside the next one.
        bench.age();
      }
      await bench.collect();
      for (const image of kept) assert.equal(await bench.holds('team/app', image), true);
      assert.deepEqual(await bench.stored(), []);
    });
  });
}

test('a blob whose bytes are wrong keeps a move from finishing until it is pushed again; one that is lost does not', async (t) => {
  const second = await directory(t);
  const bench = await GarbageBench.open(t, new Map([['second', second ?? assert.fail()]]));
  const image = await bench.push('team/app', bench.image({ own: 2 }), 'v1');
  const [config, wrong, lost] = image.blobs;
  assert.ok(config !== undefined && wrong !== undefined && lost !== undefined);
  const files = await readdir(join(bench.directory, 'store', 'blobs'), { recursive: true, withFileTypes: true });
  const fileOf = (digest: string) => {
    const file = files.find(({ name }) => name.startsWith(digest.slice('sha256:'.length))) ?? assert.fail(`no file of ${digest}`);
    return join(file.parentPath, file.name);
  };
  await writeFile(fileOf(wrong.digest), Buffer.alloc(wrong.bytes.length, 'x'));
  await rm(fileOf(lost.digest));
  const first = await moveOn(bench, 'second');
  assert.deepEqual([first.finished, first.copied, first.failed, first.lost], [false, 1, 1, 1]);
  assert.ok(bench.warnings.some((message) => /push it again/.test(message)));
  assert.deepEqual(await bench.readBlob('team/app', config.digest), Buffer.from(config.bytes));
  assert.equal(await bench.readBlob('team/app', lost.digest), undefined);
  assert.equal((await bench.metadata.findProject('team'))?.movingFrom, 'default');
  for (const { bytes } of [wrong, lost]) await bench.upload('team/app', bytes);
  const again = await moveOn(bench, 'second');
  assert.deepEqual([again.finished, again.present, again.copied], [true, 3, 0]);
  assert.equal(await bench.holds('team/app', image), true);
});

test('a copy that the new store loses during a move is served from the old one', async (t) => {
  const second = (await directory(t)) ?? assert.fail();
  const bench = await GarbageBench.open(t, new Map([['second', second]]));
  const image = await bench.push('team/app', bench.image(), 'v1');
  await bench.metadata.beginMove({ project: 'team', to: 'second', by: systemAgent('test'), at: Date.now() });
  for (const { bytes } of image.blobs) await bench.upload('team/app', bytes);
  for (const location of await bench.stored(second)) await second.delete(location as never);
  assert.equal(await bench.holds('team/app', image), true);
  assert.deepEqual([(await moveOn(bench, 'second')).copied, await bench.holds('team/app', image)], [image.blobs.length, true]);
});

test('one move of a project at a time, and to stores that exist', async (t) => {
  const second = (await directory(t)) ?? assert.fail();
  const third = (await directory(t)) ?? assert.fail();
  const bench = await GarbageBench.open(
    t,
    new Map([
      ['second', second],
      ['third', third],
    ]),
  );
  await assert.rejects(moveOn(bench, 'second'), { name: 'MoveRefusedError', message: /no project 'team'/ });
  await bench.push('team/app', bench.image(), 'v1');
  await assert.rejects(moveOn(bench, 'nowhere'), { name: 'StorageError', message: /'nowhere' is not configured/ });
  const outcomes = await Promise.allSettled([moveOn(bench, 'second'), moveOn(bench, 'second')]);
  const refused = outcomes.find((outcome) => outcome.status === 'rejected');
  assert.match(String(refused?.reason), /moved by another process/);
  await bench.metadata.beginMove({ project: 'team', to: 'default', by: systemAgent('test'), at: Date.now() });
  for (const dryRun of [true, false])
    await assert.rejects(moveOn(bench, 'third', { dryRun }), { message: /on its way from 'second' to 'default'/ });
});
