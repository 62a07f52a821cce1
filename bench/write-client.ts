// The process that writes. It makes bytes and digests before its clock starts: a client's hashing is not the server's work.
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { digestOf, manifestType, randomImage } from './content.ts';
import { repository, tagName } from './fixture.ts';
import { PushClient } from './push-client.ts';
import type { WriteJob, WriteOutcome } from './write-job.ts';

/** More than any registry takes in a second from the clients of one job; when all is written the clock stops. */
const imagesPerSecond = 1500;
const pieceBytes = 2 ** 20;

/** One unit of work; `undefined` when nothing is left. */
type Work = (client: PushClient) => Promise<void>;

/** Lets all clients work until there is no work or the time is over; counts what was completed. */
async function run(origin: string, clients: number, next: () => Work | undefined, limitSeconds = Number.POSITIVE_INFINITY) {
  let count = 0;
  const startedAt = performance.now();
  const elapsed = (): number => (performance.now() - startedAt) / 1000;
  const runClient = async (): Promise<void> => {
    const client = new PushClient(origin);
    while (elapsed() < limitSeconds) {
      const work = next();
      if (work === undefined) break;
      await work(client);
      count++;
    }
    client.close();
  };
  await Promise.all(Array.from({ length: clients }, runClient));
  return { count, seconds: elapsed() };
}

function pushImages({ origin, clients, seconds, layerBytes }: WriteJob & { kind: 'images' }): Promise<WriteOutcome> {
  const images = Array.from({ length: Math.ceil(seconds * imagesPerSecond) }, () => randomImage(layerBytes));
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
  return run(origin, clients, next, seconds);
}

async function uploadBlobs({ origin, clients, mebibytes }: WriteJob & { kind: 'blobs' }): Promise<WriteOutcome> {
  const shared = randomBytes(mebibytes * 2 ** 20);
  const pieces = Array.from({ length: mebibytes }, (_, n) => shared.subarray(n * pieceBytes, (n + 1) * pieceBytes));
  // Each blob differs in its first piece only, so that many large blobs fit into memory.
  const blobs = Array.from({ length: clients }, () => {
    const own = [randomBytes(pieceBytes), ...pieces.slice(1)];
    return { own, digest: digestOf(...own) };
  });
  const next = (): Work | undefined => {
    const blob = blobs.pop();
    return blob && ((client) => client.pushBlob('bench/uploads', blob.digest, blob.own));
  };
  const { count, seconds } = await run(origin, clients, next);
  return { count: count * mebibytes, seconds };
}

function writeTags({ origin, clients, seconds, manifests }: WriteJob & { kind: 'tags' }): Promise<WriteOutcome> {
  const bodies = manifests.map((manifest) => Buffer.from(manifest));
  let n = 0;
  const next = (): Work => {
    const tag = tagName(n++);
    const body = bodies[Math.floor(Math.random() * bodies.length)] ?? Buffer.alloc(0);
    return (client) => client.pushManifest(repository, tag, manifestType, body);
  };
  return run(origin, clients, next, seconds);
}

const job: WriteJob = JSON.parse(await text(process.stdin));
const outcome = job.kind === 'images' ? await pushImages(job) : job.kind === 'blobs' ? await uploadBlobs(job) : await writeTags(job);
process.stdout.write(JSON.stringify(outcome));
