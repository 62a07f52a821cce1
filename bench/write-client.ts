// The process that writes. It makes bytes and digests before its clock starts: a client's hashing is not the server's work.
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { digestOf, manifestType, randomImage } from './content.ts';
import { tagName } from './fixture.ts';
import { PushClient } from './push-client.ts';
import type { BlobsJob, ImagesJob, TagsJob, WriteJob, WriteOutcome } from './write-job.ts';

/** More than any registry takes in a second from the clients of one job; when all is written the clock stops. */
const imagesPerSecond = 1500;
const pieceBytes = 2 ** 20;
/** Steps through a repository's tags, so that neighbours in time are none in the index. */
const tagStride = 7919;

/** One unit of work; `undefined` when nothing is left. */
type Work = (client: PushClient) => Promise<void>;

interface Limits {
  readonly seconds?: number;
  readonly perSecond?: number;
}

/** Lets all clients work until there is no work or the time is over; counts what was completed. */
async function run({ origin, clients }: WriteJob, next: () => Work | undefined, limits: Limits = {}): Promise<WriteOutcome> {
  const { seconds = Number.POSITIVE_INFINITY, perSecond = Number.POSITIVE_INFINITY } = limits;
  let begun = 0;
  let count = 0;
  const processorBefore = process.cpuUsage();
  const startedAt = performance.now();
  const elapsed = (): number => (performance.now() - startedAt) / 1000;
  const runClient = async (): Promise<void> => {
    const client = new PushClient(origin);
    while (elapsed() < seconds) {
      const dueIn = begun++ / perSecond - elapsed();
      if (dueIn > 0.001) await delay(dueIn * 1000);
      const work = next();
      if (work === undefined) break;
      await work(client);
      count++;
    }
    client.close();
  };
  await Promise.all(Array.from({ length: clients }, runClient));
  const { user, system } = process.cpuUsage(processorBefore);
  return { count, seconds: elapsed(), clientProcessorSeconds: (user + system) / 1e6 };
}

function pushImages(job: WriteJob & ImagesJob): Promise<WriteOutcome> {
  const { clients, seconds, layerBytes, perSecond } = job;
  const images = Array.from({ length: Math.ceil(seconds * (perSecond ?? imagesPerSecond)) }, () => randomImage(layerBytes));
  const name = `bench/images-${randomBytes(4).toString('hex')}`;
  let begun = 0;
  const next = (): Work | undefined => {
    const image = images.pop();
    if (image === undefined) return undefined;
    const n = begun++;
    return async (client) => {
      const { config, layer, manifest } = image;
      await client.pushBlob(`${name}-${n % clients}`, layer.digest, [layer.bytes]);
      await client.pushBlob(`${name}-${n % clients}`, config.digest, [config.bytes]);
      await client.pushManifest(`${name}-${n % clients}`, `v${n}`, manifestType, manifest.bytes);
    };
  };
  return run(job, next, { seconds, ...(perSecond === undefined ? {} : { perSecond }) });
}

async function uploadBlobs(job: WriteJob & BlobsJob): Promise<WriteOutcome> {
  const { clients, mebibytes } = job;
  // One random MiB again and again stays in the processor's cache: what is measured is the server, not this process's memory.
  const shared = randomBytes(pieceBytes);
  const blobs = Array.from({ length: clients }, () => {
    const pieces = [randomBytes(pieceBytes), ...Array.from({ length: mebibytes - 1 }, () => shared)];
    return { pieces, digest: digestOf(...pieces) };
  });
  const next = (): Work | undefined => {
    const blob = blobs.pop();
    return blob && ((client) => client.pushBlob('bench/uploads', blob.digest, blob.pieces));
  };
  const { count, ...outcome } = await run(job, next);
  return { count: count * mebibytes, ...outcome };
}

function writeTags(job: WriteJob & TagsJob): Promise<WriteOutcome> {
  const bodies = job.manifests.map((manifest) => Buffer.from(manifest));
  let n = 0;
  const next = (): Work => {
    const tag = tagName((n++ * tagStride) % job.tagCount);
    const body = bodies[Math.floor(Math.random() * bodies.length)] ?? Buffer.alloc(0);
    return (client) => client.pushManifest(job.repository, tag, manifestType, body);
  };
  return run(job, next, job);
}

const job: WriteJob = JSON.parse(await text(process.stdin));
const outcome = job.kind === 'images' ? await pushImages(job) : job.kind === 'blobs' ? await uploadBlobs(job) : await writeTags(job);
process.stdout.write(JSON.stringify(outcome));
