import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientJob, runClient } from './client-job.ts';
import { restartServer } from './footprint-rows.ts';
import { takePeakMegabytes } from './process-usage.ts';
import { cost, type Figure, type Row, type Subject } from './row.ts';
import { runSdk } from './sdk-job.ts';
import { figuresOf, type Unit, writes } from './write-rows.ts';

/** An upload takes a third of a second: once a round would be as much about what else the machine was doing. */
const uploadTimes = 3;
const memoryMebibytes = 64;
const moreUploads = 16;

const uploadMebibytes = 256;
const uploadStreams = [1, 4];
const uploadUnit: Unit = { perSecond: 'MiB/s', each: 'ms for a MiB' };
const uploadName = (streams: number): string => `upload of ${uploadMebibytes} MiB, ${streams} stream${streams === 1 ? '' : 's'}`;

async function upload(subject: Subject): Promise<Figure[]> {
  const figures: Figure[] = [];
  // Through S3 it takes seconds.
  const times = subject.contender.gateway === undefined ? uploadTimes : 1;
  for (const clients of uploadStreams) {
    const job: ClientJob = { kind: 'blobs', origin: subject.server.url, clients, mebibytes: uploadMebibytes };
    for (let time = 0; time < times; time++) {
      figures.push(...(await writes(uploadName(clients), uploadUnit, subject, job)));
      await removeUploads(subject, uploadMebibytes * 2 ** 20);
    }
  }
  return figures;
}

/** Objects of as many bytes, two parts of each at a time. */
async function uploadObjects({ contender, directory }: Subject, seconds: number): Promise<Figure[]> {
  if (contender.gateway === undefined) return [];
  const bucket = await contender.gateway.bucketOf(directory);
  const figures: Figure[] = [];
  for (const clients of uploadStreams) {
    const { mebibytes: count, ...rest } = await runSdk({ kind: 'uploads', bucket, clients, mebibytes: uploadMebibytes, seconds });
    figures.push(...figuresOf(uploadName(clients), uploadUnit, { count, ...rest }, undefined));
    await contender.gateway.removeOfSize(directory, uploadMebibytes * 2 ** 20);
  }
  return figures;
}

/** How much more memory a server takes for each upload that goes on besides another. */
async function uploadMemory(subject: Subject): Promise<Figure[]> {
  if (!subject.contender.local) return [];
  await restartServer(subject);
  const peaks: number[] = [];
  for (const clients of [1, 1, 1 + moreUploads]) {
    const { url: origin, pid = 0 } = subject.server;
    takePeakMegabytes(pid);
    await runClient({ kind: 'blobs', origin, clients, mebibytes: memoryMebibytes });
    peaks.push(takePeakMegabytes(pid));
    await removeUploads(subject, memoryMebibytes * 2 ** 20);
  }
  // The first one of a process brings what all need.
  const [, one = Number.NaN, many = Number.NaN] = peaks;
  const name = `of ${memoryMebibytes} MiB: resident memory (peak), MB`;
  return [
    cost(`1 upload ${name}`, one),
    cost(`${1 + moreUploads} uploads at once ${name}`, many),
    cost(`each more upload ${name}`, (many - one) / moreUploads),
  ];
}

/**
 * Removes all blobs of that size: nobody reads them again, and a run would write tens of gigabytes and fill the memory
 * with them.
 */
async function removeUploads({ contender, directory }: Subject, bytes: number): Promise<void> {
  if (contender.gateway !== undefined) return contender.gateway.removeOfSize(directory, bytes);
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await stat(path)).size === bytes) await rm(path);
  }
}

/** Large blobs. */
export const uploadRows = {
  upload: { id: 'upload', measure: upload, measureBare: uploadObjects },
  memory: { id: 'upload-memory', long: true, measure: uploadMemory },
} satisfies Record<string, Row>;
