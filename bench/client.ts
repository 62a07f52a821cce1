// The process that writes, and reads what wrk cannot. It makes bytes and digests before its clock starts: a client's hashing is not
// the server's work.
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { BlobsJob, ClientJob, ClientOutcome, ImagesJob, ReadsJob, TagsJob } from './client-job.ts';
import { digestOf, manifestType, randomImage } from './content.ts';
import { tagName } from './content-size.ts';
import { PushClient } from './push-client.ts';
import { quantile } from './table.ts';

/** More than any registry takes in a second from the clients of one job; when all is written the clock stops. */
const imagesPerSecond = 1500;
const pieceBytes = 2 ** 20;
/** Steps through a repository's tags, so that neighbours in time are none in the index. */
const tagStride = 7919;

/** One unit of work; `undefined` when nothing is left. */
type Work = (client: PushClient) => Promise<unknown>;

interface Limits {
  readonly seconds?: number;
  readonly perSecond?: number;
}

/** Lets all clients work until there is no work or the time is over; counts what was completed. */
async function run(
  { origin, clients, authorization }: ClientJob,
  next: () => Work | undefined,
  limits: Limits = {},
): Promise<ClientOutcome> {
  const { seconds = Number.POSITIVE_INFINITY, perSecond = Number.POSITIVE_INFINITY } = limits;
  const took: number[] = [];
  let begun = 0;
  const processorBefore = process.cpuUsage();
  const startedAt = performance.now();
  const elapsed = (): number => (performance.now() - startedAt) / 1000;
  const work = async (): Promise<void> => {
    const client = new PushClient(origin, authorization);
    while (elapsed() < seconds) {
      const due = begun++ / perSecond;
      const early = due > elapsed();
      if (early) await delay((due - elapsed()) * 1000);
      const work = next();
      if (work === undefined) break;
      // Late because every connection was busy is the server's delay; late because a timer was late is not.
      const from = early || due === 0 ? elapsed() : due;
      await work(client);
      took.push((elapsed() - from) * 1000);
    }
    client.close();
  };
  await Promise.all(Array.from({ length: clients }, work));
  const { user, system } = process.cpuUsage(processorBefore);
  const outcome = { count: took.length, seconds: elapsed(), processorSeconds: (user + system) / 1e6 };
  return { ...outcome, p99Ms: quantile(took, 0.99), longestMs: quantile(took, 1) };
}

function pushImages(job: ClientJob & ImagesJob): Promise<ClientOutcome> {
  const { clients, seconds, layerBytes, perSecond = imagesPerSecond } = job;
  const images = Array.from({ length: Math.ceil(seconds * perSecond) }, () => randomImage(layerBytes));
  const name = `bench/images-${randomBytes(4).toString('hex')}`;
  const repositoryOf = (n: number): string => job.repository ?? `${name}-${n % clients}`;
  let begun = 0;
  const next = (): Work | undefined => {
    const image = images.pop();
    if (image === undefined) return undefined;
    const n = begun++;
    return async (client) => {
      const { config, layer, manifest } = image;
      await client.pushBlob(repositoryOf(n), layer.digest, [layer.bytes]);
      await client.pushBlob(repositoryOf(n), config.digest, [config.bytes]);
      await client.pushManifest(repositoryOf(n), `v${n}`, manifestType, manifest.bytes);
    };
  };
  return run(job, next, job);
}

async function uploadBlobs(job: ClientJob & BlobsJob): Promise<ClientOutcome> {
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

function writeTags(job: ClientJob & TagsJob): Promise<ClientOutcome> {
  const bodies = job.manifests.map((manifest) => Buffer.from(manifest));
  let n = 0;
  const next = (): Work => {
    const tag = tagName((n++ * tagStride) % job.tagCount);
    const body = bodies[Math.floor(Math.random() * bodies.length)] ?? Buffer.alloc(0);
    return (client) => client.pushManifest(job.repository, tag, manifestType, body);
  };
  return run(job, next, job);
}

function readOften(job: ClientJob & ReadsJob): Promise<ClientOutcome> {
  const { method, path, accept } = job;
  return run(job, () => (client) => client.read(method, path, accept), job);
}

function doJob(job: ClientJob): Promise<ClientOutcome> {
  switch (job.kind) {
    case 'images':
      return pushImages(job);
    case 'blobs':
      return uploadBlobs(job);
    case 'tags':
      return writeTags(job);
    case 'reads':
      return readOften(job);
  }
}

process.stdout.write(JSON.stringify(await doJob(JSON.parse(await text(process.stdin)))));
