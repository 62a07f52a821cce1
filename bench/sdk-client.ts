// The process that stores and reads objects by the AWS SDK alone: what is possible with this S3 service on this machine.
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { BareSdk } from '../packages/server/src/storage/s3/bare-sdk-bench.ts';
import { partBytes } from '../packages/server/src/storage/s3/part-size.ts';
import type { SdkJob, SdkOutcome } from './sdk-job.ts';

const job: SdkJob = JSON.parse(await text(process.stdin));
const mebibyte = 2 ** 20;
const partSize = partBytes(1);
const sdk = new BareSdk(job.bucket);
// As what is pushed: the same bytes again and again, after some of its own.
const shared = Buffer.alloc(partSize, randomBytes(mebibyte));

function newObject(): { key: string; parts: Buffer[] } {
  const total = job.mebibytes * mebibyte;
  const first = Buffer.from(shared);
  randomBytes(mebibyte).copy(first);
  const parts = Array.from({ length: Math.ceil(total / partSize) }, (_, n) =>
    (n === 0 ? first : shared).subarray(0, Math.min(partSize, total - n * partSize)),
  );
  return { key: randomBytes(8).toString('hex'), parts };
}

async function timed(work: () => Promise<number>): Promise<SdkOutcome> {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const mebibytes = await work();
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { mebibytes, seconds, processorSeconds: (user + system) / 1e6 };
}

async function upload(): Promise<SdkOutcome> {
  const objects = Array.from({ length: job.clients }, newObject);
  return timed(async () => {
    await Promise.all(objects.map(({ key, parts }) => sdk.upload(key, parts)));
    return job.clients * job.mebibytes;
  });
}

async function read(): Promise<SdkOutcome> {
  const { key, parts } = newObject();
  await sdk.upload(key, parts);
  return timed(async () => {
    const end = performance.now() + job.seconds * 1000;
    let bytes = 0;
    const onBytes = (count: number): boolean => {
      bytes += count;
      return performance.now() < end;
    };
    const work = async (): Promise<void> => {
      while (performance.now() < end) await sdk.read(key, onBytes);
    };
    await Promise.all(Array.from({ length: job.clients }, work));
    return bytes / mebibyte;
  });
}

process.stdout.write(JSON.stringify(await (job.kind === 'uploads' ? upload() : read())));
sdk.close();
