import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { digestOf, manifestFor, manifestType } from './content.ts';
import { restartServer } from './footprint-rows.ts';
import { longestStallOfMigration } from './migration-stall.ts';
import { PushClient } from './push-client.ts';
import { cost, type Figure, type Row, type Subject } from './row.ts';
import { watchStalls } from './stall-watch.ts';

const repository = 'bench/garbage';
const indexType = 'application/vnd.oci.image.index.v1+json';
/** The largest manifest that a registry must take, and Longshore's default limit. */
const largestManifest = 4 * 2 ** 20;
/** As many as Longshore takes in one manifest. */
const mostDescriptors = 10_000;
const clients = 8;
const looseBlobs = 5000;
const times = 5;
/** Once a minute: at its next beginning. */
const collectNow = ['--gc-schedule', '* * * * *', '--gc-grace-hours', '0', '--gc-untagged', 'delete', '--gc-untagged-after-hours', '0'];
const collected = 'Garbage collection finished.';
const collectionLimitMs = 10 * 60_000;

/** How long the event loop stands still for the largest manifest, for garbage collection and for a migration. */
async function measure(subject: Subject): Promise<Figure[]> {
  if (!subject.contender.isLongshore) return [];
  const watch = await watchStalls(subject.directory);
  await restartServer(subject, watch.changes);
  const index = await pushGarbage(subject);
  const client = new PushClient(subject.server.url);
  const figures: Figure[] = [];
  for (let n = 0; n < times; n++) {
    await watch.takeLongest();
    // Another one each time: what is there already may be less work.
    await client.pushManifest(repository, `large-${n}`, indexType, largestIndex(index, n));
    figures.push(stall('push of a manifest of 4 MiB', await watch.takeLongest()));
    await client.read('GET', `/v2/${repository}/manifests/large-${n}`, indexType);
    figures.push(stall('pull of a manifest of 4 MiB', await watch.takeLongest()));
    await client.deleteManifest(repository, `large-${n}`);
  }
  client.close();
  figures.push(stall('garbage collection', await collectGarbage(subject)));
  await restartServer(subject);
  figures.push(stall('migration of a million rows', await longestStallOfMigration(subject)));
  return figures;
}

const stall = (during: string, ms: number): Figure => cost(`longest stall of the event loop: ${during}, ms`, ms);

/** The manifests that the largest index names, and blobs that nothing refers to; resolves to the index's descriptors. */
async function pushGarbage({ server, fixture: { config, layer } }: Subject): Promise<object[]> {
  const manifests = Array.from({ length: mostDescriptors }, (_, n) =>
    manifestFor(config, layer, { annotations: { garbage: `${n} of ${server.url}` } }),
  );
  const descriptors = manifests.map(({ bytes, digest }) => describe(digest, bytes.length, ''));
  const filling = Math.floor((largestManifest - 1024) / mostDescriptors) - longestOf(descriptors) - 1;
  const filled = manifests.map(({ bytes, digest }) => describe(digest, bytes.length, 'x'.repeat(filling)));
  let blobs = 0;
  const work = async (): Promise<void> => {
    const client = new PushClient(server.url);
    for (const { bytes, digest } of [config, layer]) await client.pushBlob(repository, digest, [bytes]);
    for (let next = manifests.pop(); next !== undefined; next = manifests.pop()) {
      await client.pushManifest(repository, next.digest, manifestType, next.bytes);
    }
    while (blobs++ < looseBlobs) {
      const bytes = Buffer.from(`blob ${blobs} of ${server.url}`);
      await client.pushBlob(repository, digestOf(bytes), [bytes]);
    }
    client.close();
  };
  await Promise.all(Array.from({ length: clients }, work));
  return filled;
}

function describe(digest: string, size: number, filling: string): object {
  return { mediaType: manifestType, digest, size, annotations: { filling } };
}

function longestOf(values: readonly object[]): number {
  return Math.max(...values.map((value) => JSON.stringify(value).length));
}

function largestIndex(manifests: readonly object[], n: number): Buffer {
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests, annotations: { n: String(n) } }));
}

/** Resolves to the longest stall of a server that collects garbage and does nothing else. */
async function collectGarbage(subject: Subject): Promise<number> {
  const log = join(subject.directory, 'server.log');
  const before = (await readFile(log, 'utf8')).length;
  const watch = await watchStalls(subject.directory, collectNow);
  await restartServer(subject, watch.changes);
  await watch.takeLongest();
  for (const end = performance.now() + collectionLimitMs; performance.now() < end; await delay(200)) {
    if ((await readFile(log, 'utf8')).slice(before).includes(collected)) return watch.takeLongest();
  }
  throw new Error(`no garbage collection ended within ${collectionLimitMs / 60_000} minutes`);
}

/** `--only stalls`. */
export const stallRow: Row = { id: 'stalls', long: true, measure };
