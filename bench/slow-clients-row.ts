import { randomBytes } from 'node:crypto';
import { digestOf } from './content.ts';
import { repository } from './fixture.ts';
import { restartServer } from './footprint-rows.ts';
import { residentMegabytes, takePeakMegabytes } from './process-usage.ts';
import { PushClient } from './push-client.ts';
import { cost, type Figure, type Row, rate, type Subject } from './row.ts';
import { crawl } from './slow-job.ts';

const readers = 500;
const writers = 100;
const mebibyte = 2 ** 20;
const blobMebibytes = 1024;
const bytesPerSecond = 256 * 1024;
/** Long enough for what a server gathers before it writes, and for what it reads ahead. */
const leastSeconds = 15;

/** A server that has done nothing else yet, with many transfers of blobs of 1 GiB that hardly move. */
async function measure(subject: Subject, seconds: number): Promise<Figure[]> {
  const digest = await pushLargeBlob(subject.server.url);
  if (subject.contender.local) await restartServer(subject);
  const { url, pid } = subject.server;
  const before = pid && residentMegabytes(pid);
  if (pid !== undefined) takePeakMegabytes(pid);
  const alive = await crawl({
    origin: url,
    readers,
    blobPath: `/v2/${repository}/blobs/${digest}`,
    writers,
    writtenBytes: blobMebibytes * mebibyte,
    bytesPerSecond,
    seconds: Math.max(leastSeconds, seconds),
  });
  const name = `${readers} slow readers and ${writers} slow writers of 1 GiB`;
  return [
    rate(`${name}: transfers that still go on`, alive.readers + alive.writers),
    cost(`${name}: resident memory before, MB`, before),
    cost(`${name}: resident memory (peak), MB`, pid && takePeakMegabytes(pid)),
  ];
}

async function pushLargeBlob(origin: string): Promise<string> {
  const shared = randomBytes(mebibyte);
  const pieces = [randomBytes(mebibyte), ...Array.from({ length: blobMebibytes - 1 }, () => shared)];
  const digest = digestOf(...pieces);
  const client = new PushClient(origin);
  await client.pushBlob(repository, digest, pieces);
  client.close();
  return digest;
}

/** `--only slow-clients`. */
export const slowClientsRow: Row = { id: 'slow-clients', long: true, measure };
